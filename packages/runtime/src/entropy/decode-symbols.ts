import { ConvaeError } from '../errors.js';
import { decodeEscape } from './escape.js';
import type { RangeDecoder } from './range-decoder.js';
import { checkTableIndex, type EntropyTables, findSlot } from './tables.js';

/**
 * Decodes as many symbols as `symbols` holds, under the same tables and index as `encodeSymbols`.
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

function toInt32(symbol: number): number {
  if (symbol === (symbol | 0)) return symbol;
  throw new ConvaeError('DATA_INVALID', `an escaped symbol is ${symbol}, outside int32`);
}
