import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConvaeError } from '../errors.js';
import { entropyTable } from './arbitraries.test.fixture.js';
import { buildFrequencies, buildTable } from './build-table.js';
import { coarsenTable } from './coarsen.js';
import { parseTables, serializeTables } from './table-file.js';
import { type EntropyTable, findSlot, MAX_TABLE_SYMBOLS, packTables, unpackTable } from './tables.js';

const plain = ({ min, frequencies }: { min: number; frequencies: ArrayLike<number> }) => [
  min,
  ...Array.from(frequencies),
];

describe('packTables', () => {
  it('finds every slot in the interval that holds it', () => {
    fc.assert(
      fc.property(fc.array(entropyTable, { minLength: 1, maxLength: 3 }), fc.nat(65_535), (tables, slot) => {
        const packed = packTables(tables);
        tables.forEach((table, index) => {
          const at = findSlot(packed, index, slot);
          expect(packed.cdf[at]).toBeLessThanOrEqual(slot);
          expect(packed.cdf[at + 1]).toBeGreaterThan(slot);
          expect(plain(unpackTable(packed, index))).toEqual(plain(table));
        });
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it.each([
    ['sum too small', 0, [65_534, 1], 'DATA_INVALID'],
    ['sum too large', 0, [65_535, 2], 'DATA_INVALID'],
    ['a zero frequency', 0, [65_535, 0, 1], 'DATA_INVALID'],
    ['a negative frequency', 0, [65_537, -1], 'DATA_INVALID'],
    ['a fraction', 0, [65_534.5, 1.5], 'DATA_INVALID'],
    ['NaN', 0, [Number.NaN, 1], 'DATA_INVALID'],
    ['no escape', 0, [65_536], 'DATA_INVALID'],
    ['nothing', 0, [], 'DATA_INVALID'],
    ['symbols beyond int32', 2 ** 31 - 1, [65_534, 1, 1], 'DATA_INVALID'],
    ['a fractional symbol', 0.5, [65_535, 1], 'DATA_INVALID'],
    ['too many symbols', 0, new Array(MAX_TABLE_SYMBOLS + 2).fill(1), 'LIMIT_EXCEEDED'],
  ])('refuses a table with %s', (_, min, frequencies, code) => {
    expect(() => packTables([{ min, frequencies }])).toThrowError(expect.objectContaining({ code }));
  });

  it('refuses no tables at all', () => {
    expect(() => packTables([])).toThrowError(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});

describe('buildFrequencies', () => {
  const cost = (counts: readonly number[], frequencies: ArrayLike<number>) =>
    counts.reduce((bits, count, i) => bits - count * Math.log2(frequencies[i]!), 0);

  /** The optimum by definition: from all ones, each unit where it saves most. */
  function greedy(counts: readonly number[], total: number): number[] {
    const frequencies = counts.map(() => 1);
    for (let left = total - counts.length; left > 0; left--) {
      const gains = counts.map((count, i) => count * Math.log2(1 + 1 / frequencies[i]!));
      frequencies[gains.indexOf(Math.max(...gains))]! += 1;
    }
    return frequencies;
  }

  it('reaches the least code length of all frequencies ≥ 1', () => {
    const counts = fc.array(fc.oneof(fc.nat(3), fc.nat(1000), fc.constant(1e9)), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(counts, fc.integer({ min: 12, max: 300 }), (histogram, total) => {
        fc.pre(histogram.some((count) => count > 0));
        const built = buildFrequencies(histogram, total);
        expect(built.reduce((a, b) => a + b, 0)).toBe(total);
        expect(Math.min(...built)).toBeGreaterThanOrEqual(1);
        const best = cost(histogram, greedy(histogram, total));
        expect(cost(histogram, built)).toBeLessThanOrEqual(best + 1e-6 * Math.abs(best) + 1e-6);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('refuses histograms that mean nothing', () => {
    for (const counts of [[], [0, 0], [-1, 2], [Number.NaN], [Infinity]]) {
      expect(() => buildFrequencies(counts)).toThrowError(RangeError);
    }
    expect(() => buildTable(0, [])).toThrowError(RangeError);
    expect(() => buildFrequencies([1, 1, 1], 2)).toThrowError(RangeError);
  });
});

/** FORMAT.md, "Entropy tables", symbol by symbol; as `plain` gives it. */
function byDefinition({ min, frequencies }: EntropyTable, multiplier: number): number[] {
  const nearest = (symbol: number): number =>
    Math.sign(symbol) * Math.floor(Math.abs(symbol) / multiplier + 0.5) + 0;
  const size = frequencies.length - 1;
  const first = nearest(min);
  const cells = new Array<number>(nearest(min + size - 1) - first + 1).fill(0);
  for (let i = 0; i < size; i++) {
    const outer = nearest(min + i) - first;
    const inner = outer - Math.sign(min + i);
    const isHalfway = Math.abs(min + i) % multiplier === multiplier / 2;
    const shared = isHalfway && inner in cells ? Math.floor(frequencies[i]! / 2) : 0;
    if (shared > 0) cells[inner]! += shared;
    cells[outer]! += frequencies[i]! - shared;
  }
  return [first, ...cells, frequencies[size]!];
}

describe('coarsenTable', () => {
  it('sums the fine cells, halves those on a border, keeps the escape', () => {
    const fine = { min: -2, frequencies: [100, 301, 60_000, 401, 200, 4534] };
    const tables = packTables([{ min: 7, frequencies: [65_000, 536] }, fine]);
    expect(plain(coarsenTable(tables, 1, 1))).toEqual(plain(fine));
    expect(plain(coarsenTable(tables, 1, 2))).toEqual([-1, 251, 60_350, 401, 4534]);
    expect(plain(coarsenTable(tables, 1, 3))).toEqual([-1, 100, 60_702, 200, 4534]);
    expect(plain(coarsenTable(tables, 1, 100))).toEqual([0, 61_002, 4534]);
  });

  it('makes a valid table from any table and multiplier', () => {
    fc.assert(
      fc.property(entropyTable, fc.integer({ min: 1, max: 700 }), (fine, multiplier) => {
        const coarse = coarsenTable(packTables([fine]), 0, multiplier);
        expect(packTables([coarse]).count).toBe(1);
        expect(plain(coarse)).toEqual(byDefinition(fine, multiplier));
      }),
      { seed: 6, numRuns: 2000 },
    );
    expect(() => coarsenTable(packTables([{ min: 0, frequencies: [65_535, 1] }]), 0, 0)).toThrowError(
      RangeError,
    );
  });
});

describe('table file', () => {
  const tables = packTables([buildTable(-1, [1, 5, 1]), buildTable(7, [1])]);

  it('holds the tables exactly', () => {
    const read = parseTables(serializeTables(tables));
    expect(read).toEqual(tables);
  });

  it('ends in tables or a ConvaeError for every truncation and every changed byte', () => {
    const bytes = serializeTables(tables);
    for (let end = 0; end < bytes.length; end++)
      expect(() => parseTables(bytes.subarray(0, end))).toThrowError(ConvaeError);
    expect(() => parseTables(Uint8Array.of(...bytes, 0))).toThrowError(
      expect.objectContaining({ code: 'DATA_INVALID' }),
    );
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        try {
          expect(parseTables(damaged)).not.toEqual(tables);
        } catch (error) {
          if (!(error instanceof ConvaeError)) throw error;
        }
      }
    }
    expect(() => parseTables(Uint8Array.from(bytes, (byte, i) => (i === 4 ? 2 : byte)))).toThrowError(
      expect.objectContaining({ code: 'VERSION_UNSUPPORTED' }),
    );
  });
});
