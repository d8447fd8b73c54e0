import { TOTAL } from './precision.js';
import { type EntropyTable, MAX_TABLE_SYMBOLS } from './tables.js';

/**
 * Turns histogram counts into integer frequencies with the least Kullback-Leibler loss: of all integers ≥ 1 with the
 * given sum, those that give the counted symbols the shortest code.
 * Runs when a bundle is made; the result is stored, so the logarithms here never have to agree between machines.
 * @param counts non-negative numbers (weights need not be integers), at least one of them positive.
 * @param total sum of the result, ≥ counts.length.
 * @returns uint32, one frequency a count.
 * @throws RangeError where a count is negative or not finite, all are 0, or there are more counts than `total`.
 */
export function buildFrequencies(counts: ArrayLike<number>, total: number = TOTAL): Uint32Array {
  const sum = checkedSum(counts, total);
  const frequencies = Uint32Array.from(counts, (count) => Math.max(1, Math.floor((count / sum) * total)));
  let left = total - frequencies.reduce((a, b) => a + b, 0);
  // The loss is a sum of convex functions of one frequency each, so single steps to the best place, and swaps
  // while one helps, end at the global minimum.
  for (; left > 0; left--) frequencies[argBest(counts, frequencies, gain)]! += 1;
  for (; left < 0; left++) frequencies[argBest(counts, frequencies, saving)]! -= 1;
  while (swapOne(counts, frequencies));
  return frequencies;
}

/**
 * A table for symbols `min`, `min + 1`, … with the given histogram, and an escape.
 * @param escapeCount how many of the symbols counted lay outside; 0 still leaves the escape the frequency 1.
 * @throws RangeError as {@link buildFrequencies}, and beyond MAX_TABLE_SYMBOLS.
 */
export function buildTable(min: number, counts: ArrayLike<number>, escapeCount = 0): EntropyTable {
  if (counts.length < 1 || counts.length > MAX_TABLE_SYMBOLS) {
    throw new RangeError(`expected 1 to ${MAX_TABLE_SYMBOLS} counts, received ${counts.length}`);
  }
  return { min, frequencies: buildFrequencies([...Array.from(counts), escapeCount]) };
}

function checkedSum(counts: ArrayLike<number>, total: number): number {
  if (counts.length > total)
    throw new RangeError(`expected at most ${total} counts, received ${counts.length}`);
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    if (!(counts[i]! >= 0)) throw new RangeError(`expected counts ≥ 0 for counts, received ${counts[i]}`);
    sum += counts[i]!;
  }
  if (sum > 0 && Number.isFinite(sum)) return sum;
  throw new RangeError(`expected a positive, finite sum for counts, received ${sum}`);
}

type Score = (count: number, frequency: number) => number;

/** Bits that one more unit of frequency saves. */
const gain: Score = (count, frequency) => count * Math.log2((frequency + 1) / frequency);
/** Minus the bits that one unit less costs. */
const saving: Score = (count, frequency) =>
  frequency > 1 ? -count * Math.log2(frequency / (frequency - 1)) : -Infinity;

function argBest(counts: ArrayLike<number>, frequencies: Uint32Array, score: Score): number {
  let best = 0;
  let bestScore = -Infinity;
  for (let i = 0; i < frequencies.length; i++) {
    const value = score(counts[i]!, frequencies[i]!);
    if (value > bestScore) {
      best = i;
      bestScore = value;
    }
  }
  return best;
}

function swapOne(counts: ArrayLike<number>, frequencies: Uint32Array): boolean {
  const to = argBest(counts, frequencies, gain);
  const from = argBest(counts, frequencies, saving);
  const won = gain(counts[to]!, frequencies[to]!) + saving(counts[from]!, frequencies[from]!);
  // The margin keeps rounding errors from swapping back and forth.
  if (to === from || !(won > 1e-9 * counts[to]!)) return false;
  frequencies[to]! += 1;
  frequencies[from]! -= 1;
  return true;
}
