import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConvaeError } from '../errors.js';
import { codingCase, decodeAll, encodeAll, random } from './arbitraries.test.fixture.js';
import { buildTable } from './build-table.js';
import { type EntropyTables, findSlot, packTables } from './tables.js';

const one = Uint16Array.of(0);

/** Length of the ideal code of regular symbols, bits. */
function idealBits(symbols: Int32Array, tables: EntropyTables, tableIndex: Uint16Array): number {
  return symbols.reduce((bits, symbol, i) => {
    const table = tableIndex[i % tableIndex.length]!;
    const at = tables.starts[table]! + symbol - tables.mins[table]!;
    return bits - Math.log2((tables.cdf[at + 1]! - tables.cdf[at]!) / 65536);
  }, 0);
}

function drawRegular(
  tables: EntropyTables,
  tableIndex: Uint16Array,
  count: number,
  seed: number,
): Int32Array {
  const next = random(seed);
  return Int32Array.from({ length: count }, (_, i) => {
    const table = tableIndex[i % tableIndex.length]!;
    const offset = findSlot(tables, table, Math.floor(next() * 65536)) - tables.starts[table]!;
    return tables.mins[table]! + Math.min(offset, tables.sizes[table]! - 1);
  });
}

describe('encodeSymbols and decodeSymbols', () => {
  it('round-trip any int32 symbols under any tables', () => {
    fc.assert(
      fc.property(codingCase, ({ symbols, tables, tableIndex }) => {
        const bytes = encodeAll(symbols, tables, tableIndex);
        expect(decodeAll(bytes, symbols.length, tables, tableIndex)).toEqual(symbols);
      }),
      { seed: 7, numRuns: 1500 },
    );
  });

  it('escape the extremes of int32, also beside tables that end there', () => {
    const symbols = Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, -1, 1, 2 ** 30, -(2 ** 30));
    for (const min of [-(2 ** 31), 2 ** 31 - 2, 0]) {
      const tables = packTables([buildTable(min, [1, 1])]);
      expect(decodeAll(encodeAll(symbols, tables, one), symbols.length, tables, one)).toEqual(symbols);
    }
  });

  it('code a certain symbol in almost no bits', () => {
    const tables = packTables([buildTable(3, [1])]);
    const symbols = new Int32Array(100_000).fill(3);
    const bytes = encodeAll(symbols, tables, one);
    expect(bytes.length).toBeLessThanOrEqual(1);
    expect(decodeAll(bytes, symbols.length, tables, one)).toEqual(symbols);
    expect(encodeAll(new Int32Array(0), tables, one)).toHaveLength(0);
  });

  it('spend at least the ideal code length and at most 0.1 % and 2 bytes more', () => {
    const next = random(11);
    for (let round = 0; round < 60; round++) {
      const skew = 40 * next() ** 2 + 0.05;
      const plain = Array.from({ length: 1 + (round % 5) }, () =>
        buildTable(
          -20,
          Array.from({ length: 41 }, (_, i) => Math.exp(-Math.abs(i - 20) / skew) + next() * 1e-4),
        ),
      );
      const tables = packTables(plain);
      const tableIndex = Uint16Array.from(plain, (_, i) => i);
      for (const count of [1, 10, 196, 20_000]) {
        const symbols = drawRegular(tables, tableIndex, count, round);
        const ideal = idealBits(symbols, tables, tableIndex);
        const bits = 8 * encodeAll(symbols, tables, tableIndex).length;
        // A single code word can lack up to its trailing zero bits; what is sent besides is the length.
        expect(bits).toBeLessThanOrEqual(ideal * 1.001 + 16);
        if (count === 20_000) expect(bits).toBeGreaterThan(ideal - 16);
      }
    }
  });

  it('end short streams less than half a byte above the ideal on average', () => {
    const tables = packTables([buildTable(-3, [1, 2, 30, 200, 30, 2, 1])]);
    let ideal = 0;
    let coded = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const symbols = drawRegular(tables, one, 50, seed);
      ideal += idealBits(symbols, tables, one) / 8 / 2000;
      coded += encodeAll(symbols, tables, one).length / 2000;
    }
    expect(coded - ideal).toBeLessThan(0.5);
  });

  it('refuse or decode damaged bytes, and accept only what the encoder writes', () => {
    const tables = packTables([buildTable(-3, [1, 2, 30, 200, 30, 2, 1]), buildTable(0, [5, 1])]);
    const tableIndex = Uint16Array.of(0, 1, 0);
    let refused = 0;
    let tried = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(300), (bytes, count) => {
        tried++;
        try {
          const symbols = decodeAll(bytes, count, tables, tableIndex);
          expect(encodeAll(symbols, tables, tableIndex)).toEqual(bytes);
        } catch (error) {
          if (!(error instanceof ConvaeError)) throw error;
          expect(error.code).toBe('DATA_INVALID');
          refused++;
        }
      }),
      { seed: 3, numRuns: 20_000 },
    );
    expect(refused).toBeGreaterThan(0.9 * tried);
  });

  it('refuse every truncation of a stream', () => {
    const tables = packTables([buildTable(-3, [1, 2, 30, 200, 30, 2, 1])]);
    const symbols = drawRegular(tables, one, 400, 5);
    const bytes = encodeAll(symbols, tables, one);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decodeAll(bytes.subarray(0, end), symbols.length, tables, one)).toThrowError(ConvaeError);
    }
  });

  it('refuse an empty table index and unknown tables', () => {
    const tables = packTables([buildTable(0, [1])]);
    expect(() => encodeAll(Int32Array.of(0), tables, new Uint16Array(0))).toThrowError(RangeError);
    expect(() => encodeAll(Int32Array.of(0), tables, Uint16Array.of(1))).toThrowError(RangeError);
    expect(() => decodeAll(new Uint8Array(0), 1, tables, Uint16Array.of(1))).toThrowError(RangeError);
  });
});
