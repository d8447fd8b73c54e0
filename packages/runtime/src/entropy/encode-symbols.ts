import { encodeEscape } from './escape.js';
import type { RangeEncoder } from './range-encoder.js';
import { checkTableIndex, type EntropyTables } from './tables.js';

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
