import {
  CONTEXT_KERNELS,
  ContextPrior,
  decodeContextSymbols,
  encodeContextSymbols,
  parseContext,
  RangeDecoder,
  RangeEncoder,
  serializeContext,
} from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import {
  type RandomContextOptions,
  randomContextModel,
} from '../../packages/runtime/src/testing/random-context.js';
import { expectGoldenJson, fromHex, goldenJson, toHex } from './golden.js';
import { randomIntegers } from './random.js';

/** Latents of one shape, coded with a context model, as stored. */
interface ContextVector {
  readonly name: string;
  /** The bytes of context.bin. */
  readonly model: string;
  readonly multipliers: readonly number[];
  readonly quality: number;
  readonly shape: { readonly channels: number; readonly height: number; readonly width: number };
  readonly symbols: readonly number[];
  /** Cumulative frequencies of each symbol of the first latent: before and after its entry. */
  readonly intervals: readonly (readonly [number, number])[];
  readonly bytes: string;
}

interface Case {
  readonly name: string;
  readonly model: RandomContextOptions & { readonly multipliers: readonly number[] };
  readonly quality: number;
  readonly shape: ContextVector['shape'];
  readonly symbols: readonly number[];
}

function drawn(length: number, spread: number, seed: number): number[] {
  const random = randomIntegers(seed);
  return Array.from({ length }, () => random(spread) - random(spread));
}

const small = { channels: 3, gridHeight: 2, gridWidth: 2, radius: 1, multipliers: [6, 3, 1] };
const own = { channels: 3, height: 2, width: 2 };
const EXTREMES = [-(2 ** 31), 2 ** 31 - 1, 32_767, -32_768, 2047, -2048, 41, -41, 0, 1, -1, 12_345];

const cases: readonly Case[] = [
  { name: 'nothing', model: small, quality: 0, shape: own, symbols: [] },
  { name: 'zeros', model: small, quality: 1, shape: own, symbols: new Array(24).fill(0) },
  { name: 'the coarsest step', model: small, quality: 0, shape: own, symbols: drawn(36, 4, 1) },
  { name: 'the finest step', model: small, quality: 2, shape: own, symbols: drawn(36, 20, 2) },
  { name: 'the ends of int32', model: small, quality: 2, shape: own, symbols: EXTREMES },
  { name: 'the ends of int32, coarse', model: small, quality: 0, shape: own, symbols: EXTREMES },
  {
    name: 'another size, radius 3, 8 components',
    model: { ...small, seed: 2, radius: 3, components: 8, gridWidth: 3 },
    quality: 2,
    shape: { channels: 3, height: 5, width: 4 },
    symbols: drawn(60, 12, 3),
  },
  {
    name: 'a dense bottleneck, radius 0, 1 component',
    model: { seed: 3, channels: 16, gridHeight: 1, gridWidth: 1, radius: 0, components: 1, multipliers: [2] },
    quality: 0,
    shape: { channels: 16, height: 1, width: 1 },
    symbols: drawn(48, 9, 4),
  },
  {
    name: 'wide layers',
    model: { ...small, seed: 4, hidden1: 100, hidden2: 61, components: 3 },
    quality: 2,
    shape: own,
    symbols: drawn(24, 12, 5),
  },
];

function encode(
  vector: Pick<ContextVector, 'quality' | 'shape' | 'symbols'>,
  prior: ContextPrior,
): Uint8Array {
  const encoder = new RangeEncoder();
  encodeContextSymbols(encoder, Int32Array.from(vector.symbols), prior, vector.shape, vector.quality);
  return encoder.finish();
}

function intervals({ quality, shape, symbols }: Case, prior: ContextPrior): [number, number][] {
  const found: [number, number][] = [];
  const first = Int32Array.from(symbols.slice(0, shape.channels * shape.height * shape.width));
  prior.code(first, shape, quality, {
    code: (mixture, symbol) => {
      const entry = Math.max(0, Math.min(mixture.count - 1, symbol - mixture.min + 1));
      found.push([mixture.cumulative(entry), mixture.cumulative(entry + 1)]);
      return symbol;
    },
  });
  return found;
}

function vectorOf(one: Case): ContextVector {
  const model = randomContextModel(one.model);
  const { multipliers } = one.model;
  const prior = new ContextPrior(model, multipliers, { kernel: 'plain' });
  return {
    ...one,
    model: toHex(serializeContext(model)),
    multipliers,
    intervals: intervals(one, prior),
    bytes: toHex(encode(one, prior)),
  };
}

describe('context vectors', () => {
  it('are what the encoder writes', () => {
    expectGoldenJson('context.json', cases.map(vectorOf));
  });

  it.each(CONTEXT_KERNELS)('are coded and decoded by the kernel %s', (kernel) => {
    for (const vector of goldenJson<ContextVector[]>('context.json')) {
      const prior = new ContextPrior(parseContext(fromHex(vector.model)), vector.multipliers, { kernel });
      expect(toHex(encode(vector, prior)), vector.name).toBe(vector.bytes);
      const decoder = new RangeDecoder(fromHex(vector.bytes));
      const symbols = new Int32Array(vector.symbols.length);
      decodeContextSymbols(decoder, symbols, prior, vector.shape, vector.quality);
      decoder.finish();
      expect([...symbols], vector.name).toEqual(vector.symbols);
    }
  });
});
