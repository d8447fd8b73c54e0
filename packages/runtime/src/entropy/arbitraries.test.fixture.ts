import fc from 'fast-check';
import { buildTable } from './build-table.js';
import { decodeSymbols } from './decode-symbols.js';
import { encodeSymbols } from './encode-symbols.js';
import { RangeDecoder } from './range-decoder.js';
import { RangeEncoder } from './range-encoder.js';
import { type EntropyTable, type EntropyTables, packTables } from './tables.js';

/** Any int32, the extremes often. */
const int32 = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer(),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -(2 ** 31) + 1, 2 ** 31 - 2),
);

/** Tables from flat to extremely skewed, from one symbol to hundreds. */
export const entropyTable: fc.Arbitrary<EntropyTable> = fc
  .tuple(
    fc.integer({ min: -300, max: 300 }),
    fc.array(fc.oneof(fc.nat(10), fc.nat(1e6), fc.constant(1e12)), { minLength: 1, maxLength: 300 }),
    fc.nat(3),
  )
  .map(([min, counts, escapes]) =>
    buildTable(
      min,
      counts.map((count, i) => (i === 0 ? count + 1 : count)),
      escapes,
    ),
  );

/** A packed set, an index into it, and symbols: most inside their tables, some far outside. */
export const codingCase = fc
  .tuple(
    fc.array(entropyTable, { minLength: 1, maxLength: 6 }),
    fc.array(fc.nat(1e6), { minLength: 1, maxLength: 9 }),
  )
  .chain(([plain, picks]) =>
    fc.record({
      tables: fc.constant(packTables(plain)),
      tableIndex: fc.constant(Uint16Array.from(picks, (pick) => pick % plain.length)),
      symbols: fc
        .array(
          fc.oneof(
            { weight: 9, arbitrary: fc.integer({ min: -320, max: 320 }) },
            { weight: 1, arbitrary: int32 },
          ),
        )
        .map((values) => Int32Array.from(values)),
    }),
  );

export function encodeAll(symbols: Int32Array, tables: EntropyTables, tableIndex: Uint16Array): Uint8Array {
  const encoder = new RangeEncoder();
  encodeSymbols(encoder, symbols, tables, tableIndex);
  return encoder.finish();
}

export function decodeAll(
  bytes: Uint8Array,
  count: number,
  tables: EntropyTables,
  tableIndex: Uint16Array,
): Int32Array {
  const decoder = new RangeDecoder(bytes);
  const symbols = new Int32Array(count);
  decodeSymbols(decoder, symbols, tables, tableIndex);
  decoder.finish();
  return symbols;
}

/** Seeded uniform numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
