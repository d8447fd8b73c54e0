import { checkInteger } from '../checks.js';
import type { EntropyTable } from './tables.js';

/**
 * The table of a step `multiplier` times as coarse: sums of the fine table's integers, so every machine builds the same.
 * Coarse symbol k covers the fine symbols nearer to multiplier·k than to its neighbours; one that lies halfway
 * (even multipliers) gives ⌊f/2⌋ to the side nearer to zero and the rest to the other (FORMAT.md, "Entropy tables").
 * @param table the table of the finest step.
 * @param multiplier integer ≥ 1.
 * @throws RangeError where multiplier is not an integer ≥ 1.
 */
export function coarsenTable(table: EntropyTable, multiplier: number): EntropyTable {
  checkInteger(multiplier, 'multiplier', 1);
  const size = table.frequencies.length - 1;
  const min = nearest(table.min, multiplier);
  const max = nearest(table.min + size - 1, multiplier);
  const frequencies = new Uint32Array(max - min + 2);
  for (let i = 0; i < size; i++) share(table.min + i, table.frequencies[i]!, multiplier, min, frequencies);
  frequencies[frequencies.length - 1]! += table.frequencies[size]!;
  return { min, frequencies };
}

/** Adds a fine symbol's frequency to its coarse cell, or to two where it lies halfway and both cells are in the table. */
function share(
  symbol: number,
  frequency: number,
  multiplier: number,
  min: number,
  coarse: Uint32Array,
): void {
  // Ties go away from zero, as the quantizer rounds.
  const outer = nearest(symbol, multiplier);
  const inner = outer - Math.sign(symbol);
  const halfway = Math.abs(symbol) * 2 === (Math.abs(outer) * 2 - 1) * multiplier;
  const regular = coarse.length - 1;
  const split = halfway && inner >= min && inner < min + regular ? Math.floor(frequency / 2) : 0;
  if (split > 0) coarse[inner - min]! += split;
  coarse[outer - min]! += frequency - split;
}

/** symbol / multiplier rounded to the nearest integer, half away from zero. */
function nearest(symbol: number, multiplier: number): number {
  const cell = Math.floor((2 * Math.abs(symbol) + multiplier) / (2 * multiplier));
  return symbol < 0 ? 0 - cell : cell;
}
