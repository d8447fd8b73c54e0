import {
  decodeEscape,
  encodeEscape,
  finish,
  type RangeDecoder,
  type RangeEncoder,
  type Steps,
} from '../entropy/index.js';
import { ConvaeError } from '../errors.js';
import type { ItemShape } from '../image.js';
import type { SymbolCoder } from './context-walker.js';
import type { Distribution, Entries } from './mixture.js';

/** Writes symbols; walkers may give it intervals that they found themselves. */
export class SymbolWriter implements SymbolCoder {
  readonly encoder: RangeEncoder;

  constructor(encoder: RangeEncoder) {
    this.encoder = encoder;
  }

  code(distribution: Distribution, symbol: number): number {
    const last = distribution.count - 1;
    const offset = symbol - distribution.min;
    const entry = offset < 0 ? 0 : Math.min(last, offset + 1);
    this.encoder.encode(distribution.cumulative(entry), distribution.cumulative(entry + 1));
    if (entry === 0 || entry === last) this.escape(distribution, symbol);
    return symbol;
  }

  /** Writes what follows an escape. */
  escape({ min, count }: Entries, symbol: number): void {
    encodeEscape(this.encoder, symbol - min, count - 2);
  }
}

/** Reads symbols; walkers may go on from its decoder's state themselves. */
export class SymbolReader implements SymbolCoder {
  readonly decoder: RangeDecoder;

  constructor(decoder: RangeDecoder) {
    this.decoder = decoder;
  }

  /** @throws ConvaeError DATA_INVALID where the bytes are damaged. */
  code(distribution: Distribution): number {
    const last = distribution.count - 1;
    const entry = distribution.find(this.decoder.slot());
    this.decoder.consume(distribution.cumulative(entry), distribution.cumulative(entry + 1));
    const regular = entry > 0 && entry < last;
    return regular ? distribution.min + entry - 1 : this.escape(distribution, entry === 0);
  }

  /** Reads what follows an escape. @throws ConvaeError DATA_INVALID where no encoder would have written it. */
  escape({ min, count }: Entries, below: boolean): number {
    const offset = decodeEscape(this.decoder, count - 2);
    const symbol = min + offset;
    if (offset < 0 === below && symbol === (symbol | 0)) return symbol;
    throw new ConvaeError(
      'DATA_INVALID',
      `an escaped symbol is ${symbol}, on the wrong side or outside int32`,
    );
  }
}

/** A walk over the symbols of latents in pieces: `ContextPrior`. */
interface SymbolWalk {
  steps(symbols: Int32Array, shape: ItemShape, quality: number, coder: SymbolCoder): Steps<void>;
}

/**
 * Encodes the symbols of latents, int32, N×c×h×w, under the context prior, image after image. They may have any values;
 * those outside their channel's range are escaped.
 */
export function encodeContextSymbols(...args: Parameters<typeof contextEncoding>): void {
  finish(contextEncoding(...args));
}

/** As {@link encodeContextSymbols}, in pieces. */
export function contextEncoding(
  encoder: RangeEncoder,
  symbols: Int32Array,
  prior: SymbolWalk,
  shape: ItemShape,
  quality: number,
): Steps<void> {
  return prior.steps(symbols, shape, quality, new SymbolWriter(encoder));
}

/**
 * Decodes as many symbols as `symbols` holds, which is overwritten, with 0 in channels that are not coded; on an error
 * its contents mean nothing.
 * The caller ends with `decoder.finish()`.
 * @throws ConvaeError DATA_INVALID where the bytes are damaged.
 */
export function decodeContextSymbols(...args: Parameters<typeof contextDecoding>): void {
  finish(contextDecoding(...args));
}

/** As {@link decodeContextSymbols}, in pieces. */
export function contextDecoding(
  decoder: RangeDecoder,
  symbols: Int32Array,
  prior: SymbolWalk,
  shape: ItemShape,
  quality: number,
): Steps<void> {
  symbols.fill(0);
  return prior.steps(symbols, shape, quality, new SymbolReader(decoder));
}
