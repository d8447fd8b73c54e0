import { ConvaeError } from '../errors.js';
import { decodeEscape, encodeEscape } from './escape.js';
import type { RangeDecoder, RangeEncoder } from './range-coder.js';
import { type EntropyTables, findSlot } from './tables.js';

/**
 * Encodes symbols, each under the table that `tableIndex` names for its place.
 * @param symbols int32, any values; those outside their table are escaped.
 * @param tableIndex uint16 table numbers, repeated cyclically over the symbols: length 1 for one table, a latent's
 * channels·height·width for a table per channel and position, or one entry a symbol.
 * @throws RangeError where tableIndex is empty or names a table that is not there.
 */
export function encodeSymbols(
  encoder: RangeEncoder,
  symbols: Int32Array,
  tables: EntropyTables,
  tableIndex: Uint16Array,
): void {
  checkTableIndex(tableIndex, tables);
  const { cdf, starts, mins, sizes } = tables;
  for (let i = 0, place = 0; i < symbols.length; i++) {
    const table = tableIndex[place]!;
    if (++place === tableIndex.length) place = 0;
    const size = sizes[table]!;
    const offset = symbols[i]! - mins[table]!;
    const regular = offset >= 0 && offset < size;
    const at = starts[table]! + (regular ? offset : size);
    encoder.encode(cdf[at]!, cdf[at + 1]!);
    if (!regular) encodeEscape(encoder, offset, size);
  }
}

/**
 * Decodes as many symbols as `symbols` holds, under the same tables and index as {@link encodeSymbols}.
 * The caller ends with `decoder.finish()`.
 * @param symbols int32, overwritten; on an error its contents mean nothing.
 * @throws ConvaeError DATA_INVALID where the bytes are damaged.
 */
export function decodeSymbols(
  decoder: RangeDecoder,
  symbols: Int32Array,
  tables: EntropyTables,
  tableIndex: Uint16Array,
): void {
  checkTableIndex(tableIndex, tables);
  const { cdf, starts, mins, sizes } = tables;
  for (let i = 0, place = 0; i < symbols.length; i++) {
    const table = tableIndex[place]!;
    if (++place === tableIndex.length) place = 0;
    const at = findSlot(tables, table, decoder.slot());
    decoder.consume(cdf[at]!, cdf[at + 1]!);
    const offset = at - starts[table]!;
    const size = sizes[table]!;
    symbols[i] = offset < size ? mins[table]! + offset : toInt32(mins[table]! + decodeEscape(decoder, size));
  }
}

function checkTableIndex(tableIndex: Uint16Array, tables: EntropyTables): void {
  if (tableIndex.length === 0) throw new RangeError('expected at least one entry for tableIndex, received 0');
  for (const index of tableIndex) {
    if (index >= tables.count) {
      throw new RangeError(`expected table numbers below ${tables.count} for tableIndex, received ${index}`);
    }
  }
}

function toInt32(symbol: number): number {
  if (symbol === (symbol | 0)) return symbol;
  throw new ConvaeError('DATA_INVALID', `an escaped symbol is ${symbol}, outside int32`);
}
