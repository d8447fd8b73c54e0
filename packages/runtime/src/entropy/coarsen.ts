import { checkInteger } from '../checks.js';
import { TOTAL } from './precision.js';
import type { EntropyTable, EntropyTables } from './tables.js';

/**
 * The table of a step `multiplier` times as coarse: sums of the fine table's integers, so every machine builds the same.
 * Coarse symbol k covers the fine symbols nearer to multiplier·k than to its neighbours; one that lies halfway
 * (even multipliers) gives ⌊f/2⌋ to the side nearer to zero and the rest to the other (FORMAT.md, "Entropy tables").
 * @param tables of the finest step.
 * @param multiplier integer ≥ 1.
 * @throws RangeError where multiplier is not an integer ≥ 1.
 */
export function coarsenTable(tables: EntropyTables, index: number, multiplier: number): EntropyTable {
  checkInteger(multiplier, 'multiplier', 1);
  const { cdf } = tables;
  const [start, min, size] = [tables.starts[index]!, tables.mins[index]!, tables.sizes[index]!];
  const [first, last] = [nearest(min, multiplier), nearest(min + size - 1, multiplier)];
  const cells = last - first;
  const frequencies = new Uint32Array(cells + 2);
  let sum = 0;
  // Twice where the next cell begins, from the first symbol on. What lies halfway to a cell beyond the table is the last one's.
  let border = multiplier * (2 * first + 1) - 2 * min;
  for (let cell = 0; cell < cells; cell++, border += 2 * multiplier) {
    const at = start + ((border + 1) >> 1);
    let below = cdf[at]!;
    if ((border & 1) === 0) below += nearer(border + 2 * min, cdf[at + 1]! - below);
    frequencies[cell] = below - sum;
    sum = below;
  }
  frequencies[cells] = cdf[start + size]! - sum;
  frequencies[cells + 1] = TOTAL - cdf[start + size]!;
  return { min: first, frequencies };
}

/** Of a symbol halfway between two cells, what the lower one gets: ties go away from zero, as the quantizer rounds. */
function nearer(border: number, frequency: number): number {
  return border > 0 ? frequency >> 1 : frequency - (frequency >> 1);
}

/** symbol / multiplier rounded to the nearest integer, half away from zero. */
function nearest(symbol: number, multiplier: number): number {
  const cell = Math.floor((2 * Math.abs(symbol) + multiplier) / (2 * multiplier));
  return symbol < 0 ? 0 - cell : cell;
}
