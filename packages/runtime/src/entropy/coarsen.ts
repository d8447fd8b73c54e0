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
export function coarsenTable({ min, frequencies }: EntropyTable, multiplier: number): EntropyTable {
  checkInteger(multiplier, 'multiplier', 1);
  const size = frequencies.length - 1;
  const [first, last] = [nearest(min, multiplier), nearest(min + size - 1, multiplier)];
  const coarse = new Uint32Array(last - first + 2);
  for (let cell = first, i = 0, carried = 0; cell <= last; cell++) {
    // Twice where the next cell begins. What lies halfway to a cell beyond the table belongs to the last one.
    const border = multiplier * (2 * cell + 1);
    const end = cell === last ? size : Math.ceil(border / 2) - min;
    let sum = carried;
    while (i < end) sum += frequencies[i++]!;
    const halfway = i < size && 2 * (min + i) === border;
    carried = halfway ? beyond(border, frequencies[i]!) : 0;
    if (halfway) sum += frequencies[i++]! - carried;
    coarse[cell - first] = sum;
  }
  coarse[coarse.length - 1]! += frequencies[size]!;
  return { min: first, frequencies: coarse };
}

/** Of a symbol halfway between two cells, what the upper one gets: ties go away from zero, as the quantizer rounds. */
function beyond(border: number, frequency: number): number {
  return border > 0 ? frequency - Math.floor(frequency / 2) : Math.floor(frequency / 2);
}

/** symbol / multiplier rounded to the nearest integer, half away from zero. */
function nearest(symbol: number, multiplier: number): number {
  const cell = Math.floor((2 * Math.abs(symbol) + multiplier) / (2 * multiplier));
  return symbol < 0 ? 0 - cell : cell;
}
