import { checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';
import { TOTAL } from './precision.js';

/** Most tables in one set: an index is a uint16. */
export const MAX_TABLES = 65536;
/** Most regular symbols in one table. */
export const MAX_TABLE_SYMBOLS = 8192;
/** Most frequencies in one set, escapes included. */
export const MAX_TABLE_ENTRIES = 1 << 22;

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
/** Slots are looked up by their top byte first; measured, a finer step gains nothing and crowds the cache. */
const BUCKET_BITS = 8;
const BUCKETS = 1 << BUCKET_BITS;

/**
 * A factorized prior's table: symbol `min + i` has probability `frequencies[i]` / 65536, and the last entry is
 * the escape, for every symbol outside [min, min + frequencies.length − 2].
 */
export interface EntropyTable {
  /** int32, the smallest regular symbol. */
  readonly min: number;
  /** 2..8193 entries, each 1..65535, sum 65536. */
  readonly frequencies: ArrayLike<number>;
}

/** A validated set of tables, packed flat for the coding loops (FORMAT.md, "Entropy tables"). */
export interface EntropyTables {
  /** Number of tables. */
  readonly count: number;
  /** uint32: table t's cumulative frequencies lie at `starts[t]` … `starts[t + 1] − 1`, the first 0, the last 65536. */
  readonly cdf: Uint32Array;
  /** uint32, count + 1 entries. */
  readonly starts: Uint32Array;
  /** int32 smallest regular symbol of each table. */
  readonly mins: Int32Array;
  /** uint16 number of regular symbols of each table. */
  readonly sizes: Uint16Array;
  /** uint16 the largest frequency of each table. */
  readonly largest: Uint16Array;
  /**
   * uint32: for table t and slots whose top byte is b, entry 256·t + b is the position in `cdf` to search from; 0 until
   * `findSlot` first looks for such a slot.
   */
  readonly buckets: Uint32Array;
}

/**
 * Validates tables and packs them.
 * @throws ConvaeError LIMIT_EXCEEDED beyond a MAX_* limit, DATA_INVALID where a table breaks its rules.
 */
export function packTables(tables: readonly EntropyTable[]): EntropyTables {
  checkCounts(tables);
  const entries = tables.reduce((sum, table) => sum + table.frequencies.length + 1, 0);
  const packed = {
    count: tables.length,
    cdf: new Uint32Array(entries),
    starts: new Uint32Array(tables.length + 1),
    mins: Int32Array.from(tables, (table) => table.min),
    sizes: Uint16Array.from(tables, (table) => table.frequencies.length - 1),
    largest: new Uint16Array(tables.length),
    buckets: new Uint32Array(tables.length * BUCKETS),
  };
  tables.forEach((table, index) => {
    const start = packed.starts[index]!;
    packed.starts[index + 1] = start + table.frequencies.length + 1;
    packed.largest[index] = accumulate(table, index, packed.cdf, start);
  });
  return packed;
}

/** The table at `index` of a packed set, as plain data. */
export function unpackTable(tables: EntropyTables, index: number): EntropyTable {
  const cdf = tables.cdf.subarray(tables.starts[index], tables.starts[index + 1]);
  const frequencies = new Uint32Array(cdf.length - 1);
  for (let i = 0; i < frequencies.length; i++) frequencies[i] = cdf[i + 1]! - cdf[i]!;
  return { min: tables.mins[index]!, frequencies };
}

/** Where a slot of table `index` is found: the position in `cdf` of the interval that holds it. */
export function findSlot(tables: EntropyTables, index: number, slot: number): number {
  const { cdf, buckets } = tables;
  const bucket = (index << BUCKET_BITS) | (slot >>> (16 - BUCKET_BITS));
  let at = buckets[bucket]!;
  if (at === 0) at = buckets[bucket] = firstOfBucket(tables, index, slot & (TOTAL - TOTAL / BUCKETS));
  // Ends: the table's last cumulative frequency is 65536, above every slot.
  while (cdf[at + 1]! <= slot) at++;
  return at;
}

/** @throws RangeError where an index of tables is empty or names one that is not there. */
export function checkTableIndex(tableIndex: Uint16Array, tables: EntropyTables): void {
  if (tableIndex.length === 0) throw new RangeError('expected at least one entry for tableIndex, received 0');
  for (const index of tableIndex) {
    if (index >= tables.count) {
      throw new RangeError(`expected table numbers below ${tables.count} for tableIndex, received ${index}`);
    }
  }
}

function checkCounts(tables: readonly EntropyTable[]): void {
  const { length } = tables;
  if (length < 1 || length > MAX_TABLES)
    throw new ConvaeError('LIMIT_EXCEEDED', `expected 1 to ${MAX_TABLES} entropy tables, received ${length}`);
  let entries = 0;
  tables.forEach((table, index) => {
    checkShape(table, index);
    entries += table.frequencies.length;
  });
  checkLimit(entries, MAX_TABLE_ENTRIES, 'the entropy tables have', 'frequencies');
}

function checkShape({ min, frequencies }: EntropyTable, index: number): void {
  const size = frequencies.length - 1;
  checkLimit(size, MAX_TABLE_SYMBOLS, `entropy table ${index} has`, 'symbols');
  if (size < 1) throw invalid(index, 'needs a symbol and an escape');
  if (!Number.isInteger(min) || min < INT32_MIN || min + size - 1 > INT32_MAX) {
    throw invalid(index, `starts at ${min}, and its symbols must be int32`);
  }
}

/** Writes the cumulative frequencies. @returns the largest frequency. */
function accumulate({ frequencies }: EntropyTable, index: number, cdf: Uint32Array, start: number): number {
  const { length } = frequencies;
  let [sum, largest] = [0, 0];
  // Loading runs this code once for all tables, mostly uncompiled: no calls.
  for (let i = 0; i < length; i++) {
    const frequency = frequencies[i]!;
    if (!(frequency >= 1 && frequency < TOTAL) || (frequency | 0) !== frequency) {
      throw invalid(index, `has the frequency ${frequency} where an integer of 1 to ${TOTAL - 1} belongs`);
    }
    if (frequency > largest) largest = frequency;
    sum += frequency;
    cdf[start + i + 1] = sum;
  }
  if (sum !== TOTAL) throw invalid(index, `sums to ${sum} instead of ${TOTAL}`);
  return largest;
}

/** The position of the interval that holds the first slot of a bucket. */
function firstOfBucket({ cdf, starts }: EntropyTables, index: number, slot: number): number {
  let low = starts[index]!;
  let high = starts[index + 1]! - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (cdf[middle]! <= slot) low = middle;
    else high = middle;
  }
  return low;
}

function invalid(index: number, problem: string): ConvaeError {
  return new ConvaeError('DATA_INVALID', `entropy table ${index} ${problem}`);
}
