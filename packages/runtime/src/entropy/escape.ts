import { ConvaeError } from '../errors.js';
import type { RangeDecoder } from './range-decoder.js';
import type { RangeEncoder } from './range-encoder.js';

/** Largest exponent of an escaped distance: two int32 lie less than 2^32 apart. */
const MAX_EXPONENT = 31;

/**
 * Writes a symbol outside its table after the escape: a bit for the side, then the distance beyond the table as an
 * Exp-Golomb code of order 0, every bit equally probable.
 * @param offset symbol − min, negative or at least `size`.
 * @param size number of regular symbols.
 */
export function encodeEscape(encoder: Pick<RangeEncoder, 'encodeBits'>, offset: number, size: number): void {
  const below = offset < 0;
  // 1 for the first symbol beyond the table; below 2^32.
  const distance = below ? -offset : offset - size + 1;
  encoder.encodeBits(below ? 1 : 0, 1);
  const exponent = 31 - Math.clz32(distance);
  for (let i = 0; i < exponent; i++) encoder.encodeBits(1, 1);
  encoder.encodeBits(0, 1);
  for (let i = exponent - 1; i >= 0; i--) encoder.encodeBits((distance >>> i) & 1, 1);
}

/**
 * Reads what {@link encodeEscape} wrote.
 * @returns offset = symbol − min.
 * @throws ConvaeError DATA_INVALID where the exponent is above 31.
 */
export function decodeEscape(decoder: RangeDecoder, size: number): number {
  const below = decoder.decodeBits(1) === 1;
  let exponent = 0;
  while (decoder.decodeBits(1) === 1) {
    if (++exponent > MAX_EXPONENT) throw new ConvaeError('DATA_INVALID', 'an escaped symbol is too large');
  }
  let distance = 1;
  for (let i = 0; i < exponent; i++) distance = distance * 2 + decoder.decodeBits(1);
  return below ? -distance : size - 1 + distance;
}
