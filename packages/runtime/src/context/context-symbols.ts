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
import type { Mixture } from './mixture.js';

/** Codes one symbol under its distribution: writes `symbol` and gives it back, or reads one. */
export interface SymbolCoder {
  code(mixture: Mixture, symbol: number): number;
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
  const code = (mixture: Mixture, symbol: number): number => {
    const last = mixture.count - 1;
    const offset = symbol - mixture.min;
    const entry = offset < 0 ? 0 : Math.min(last, offset + 1);
    encoder.encode(mixture.cumulative(entry), mixture.cumulative(entry + 1));
    if (entry === 0 || entry === last) encodeEscape(encoder, offset, last - 1);
    return symbol;
  };
  return prior.steps(symbols, shape, quality, { code });
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
  const code = (mixture: Mixture): number => {
    const last = mixture.count - 1;
    const entry = mixture.find(decoder.slot());
    decoder.consume(mixture.cumulative(entry), mixture.cumulative(entry + 1));
    return entry === 0 || entry === last ? escaped(decoder, entry === 0, mixture) : mixture.min + entry - 1;
  };
  symbols.fill(0);
  return prior.steps(symbols, shape, quality, { code });
}

function escaped(decoder: RangeDecoder, below: boolean, { min, count }: Mixture): number {
  const offset = decodeEscape(decoder, count - 2);
  const symbol = min + offset;
  if (offset < 0 === below && symbol === (symbol | 0)) return symbol;
  throw new ConvaeError('DATA_INVALID', `an escaped symbol is ${symbol}, on the wrong side or outside int32`);
}
