import fc from 'fast-check';
import { RangeDecoder, RangeEncoder } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { randomContextModel } from '../testing/random-context.js';
import type { ContextModel } from './context-model.js';
import type { ContextPrior } from './context-prior.js';
import { decodeContextSymbols, encodeContextSymbols } from './context-symbols.js';

/** Any int32, the extremes and the ends of the network's inputs often. */
const anySymbol = fc.oneof(
  fc.integer(),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -2047, -2048, 2047, 2048, -32_768, 32_767),
);

/** A model, in version 1 the multiplier of each of its qualities, and latents of any size to code with it. */
export interface ContextCase {
  readonly model: ContextModel;
  readonly multipliers: readonly number[] | undefined;
  /** Units in a symbol of each channel at the quality, in 1/64. */
  readonly scales: readonly number[];
  readonly quality: number;
  readonly shape: ItemShape;
  readonly symbols: Int32Array;
}

const side = fc.integer({ min: 1, max: 4 });
const sizes = fc.record({
  seed: fc.nat(),
  channels: fc.integer({ min: 1, max: 5 }),
  gridHeight: side,
  gridWidth: side,
  radius: fc.integer({ min: 0, max: 3 }),
  hidden1: fc.integer({ min: 1, max: 40 }),
  hidden2: fc.integer({ min: 1, max: 40 }),
  components: fc.integer({ min: 1, max: 8 }),
  range: fc.constantFrom(0, 3, 40, 2000),
});

/** The scales of a quality of version 2: of three channels one is not coded, but the first always is. */
const drawnScales = (channels: number, quality: number): number[] =>
  Array.from({ length: channels }, (_, channel) =>
    channel % 3 === 1 ? 0 : 40 + ((7919 * (channel + 3 * quality + 1)) % 400),
  );

/** Models of all sizes and of both versions; most symbols are small, some are anything. */
export const contextCase: fc.Arbitrary<ContextCase> = fc
  .record({
    sizes,
    multipliers: fc.constantFrom([1], [7, 3, 1], [65_536, 512, 1], [12], undefined),
    quality: fc.nat(2),
    height: side,
    width: side,
    own: fc.boolean(),
    images: fc.integer({ min: 0, max: 3 }),
  })
  .chain(({ sizes: drawn, multipliers, quality, height, width, own, images }) => {
    const shape = {
      channels: drawn.channels,
      height: own ? drawn.gridHeight : height,
      width: own ? drawn.gridWidth : width,
    };
    const length = images * shape.channels * shape.height * shape.width;
    const symbol = fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: -4, max: 4 }) },
      { weight: 4, arbitrary: fc.integer({ min: -60, max: 60 }) },
      { weight: 1, arbitrary: anySymbol },
    );
    const all = [0, 1, 2].map((each) => drawnScales(drawn.channels, each));
    const at = quality % (multipliers ?? all).length;
    const scales = multipliers ? all[0]!.map(() => 64 * multipliers[at]!) : all[at]!;
    const plane = shape.height * shape.width;
    const isCoded = (i: number): boolean => scales[Math.floor(i / plane) % scales.length]! > 0;
    return fc.array(symbol, { minLength: length, maxLength: length }).map((symbols) => ({
      model: randomContextModel(multipliers ? { ...drawn, multipliers } : { ...drawn, scales: all }),
      multipliers,
      scales,
      quality: at,
      shape,
      symbols: Int32Array.from(symbols, (value, i) => (isCoded(i) ? value : 0)),
    }));
  });

export function encodeAll(
  symbols: Int32Array,
  prior: ContextPrior,
  shape: ItemShape,
  quality: number,
): Uint8Array {
  const encoder = new RangeEncoder();
  encodeContextSymbols(encoder, symbols.slice(), prior, shape, quality);
  return encoder.finish();
}

export function decodeAll(
  bytes: Uint8Array,
  count: number,
  prior: ContextPrior,
  shape: ItemShape,
  quality: number,
): Int32Array {
  const decoder = new RangeDecoder(bytes);
  const symbols = new Int32Array(count);
  decodeContextSymbols(decoder, symbols, prior, shape, quality);
  decoder.finish();
  return symbols;
}
