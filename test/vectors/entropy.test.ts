import {
  coarsenTable,
  decodeSymbols,
  type EntropyTable,
  encodeSymbols,
  packTables,
  parseTables,
  RangeDecoder,
  RangeEncoder,
  serializeTables,
} from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import { expectGoldenJson, fromHex, goldenJson, toHex } from './golden.js';
import { randomIntegers } from './random.js';

/** A coded run of symbols, as stored. */
interface EntropyVector {
  readonly name: string;
  readonly tables: readonly { readonly min: number; readonly frequencies: readonly number[] }[];
  readonly tableIndex: readonly number[];
  readonly symbols: readonly number[];
  readonly bytes: string;
}

const peaked = { min: -2, frequencies: [100, 3000, 60_000, 2300, 130, 6] };
const flat = { min: 10, frequencies: [...new Array(255).fill(256), 256] };
const certain = { min: 0, frequencies: [65_535, 1] };

function drawn(
  count: number,
  tables: readonly EntropyTable[],
  tableIndex: readonly number[],
  seed: number,
): number[] {
  const random = randomIntegers(seed);
  return Array.from({ length: count }, (_, i) => {
    const { min, frequencies } = tables[tableIndex[i % tableIndex.length]!]!;
    let slot = random(65_536);
    let offset = 0;
    while (slot >= frequencies[offset]!) slot -= frequencies[offset++]!;
    return offset < frequencies.length - 1 ? min + offset : min - 1 - random(1000);
  });
}

const cases: readonly Omit<EntropyVector, 'bytes'>[] = [
  { name: 'nothing', tables: [peaked], tableIndex: [0], symbols: [] },
  { name: 'one likely symbol', tables: [peaked], tableIndex: [0], symbols: [0] },
  { name: 'one rare symbol', tables: [peaked], tableIndex: [0], symbols: [2] },
  {
    name: 'a certain symbol, 300 times',
    tables: [certain],
    tableIndex: [0],
    symbols: new Array(300).fill(0),
  },
  { name: 'peaked', tables: [peaked], tableIndex: [0], symbols: drawn(200, [peaked], [0], 1) },
  { name: 'flat', tables: [flat], tableIndex: [0], symbols: drawn(40, [flat], [0], 2) },
  {
    name: 'three tables in turn',
    tables: [peaked, flat, certain],
    tableIndex: [0, 2, 1, 0],
    symbols: drawn(80, [peaked, flat, certain], [0, 2, 1, 0], 3),
  },
  {
    name: 'escapes at the ends of int32',
    tables: [peaked],
    tableIndex: [0],
    symbols: [3, -3, 1000, -1000, 2 ** 31 - 1, -(2 ** 31), 0],
  },
];

function encode({ tables, tableIndex, symbols }: Omit<EntropyVector, 'bytes'>): Uint8Array {
  const encoder = new RangeEncoder();
  encodeSymbols(encoder, Int32Array.from(symbols), packTables(tables), Uint16Array.from(tableIndex));
  return encoder.finish();
}

describe('entropy vectors', () => {
  it('are what the encoder writes', () => {
    expectGoldenJson(
      'entropy.json',
      cases.map((vector) => ({ ...vector, bytes: toHex(encode(vector)) })),
    );
  });

  it('decode to their symbols', () => {
    for (const { tables, tableIndex, symbols, bytes } of goldenJson<EntropyVector[]>('entropy.json')) {
      const decoder = new RangeDecoder(fromHex(bytes));
      const decoded = new Int32Array(symbols.length);
      decodeSymbols(decoder, decoded, packTables(tables), Uint16Array.from(tableIndex));
      decoder.finish();
      expect([...decoded]).toEqual(symbols);
    }
  });

  it('hold the table file and coarser tables', () => {
    const tables = [peaked, flat, certain];
    const fine = packTables(tables);
    const coarse = [1, 2, 3, 4, 7].map((multiplier) => {
      const bytes = serializeTables(packTables(tables.map((_, i) => coarsenTable(fine, i, multiplier))));
      expect(serializeTables(parseTables(bytes))).toEqual(bytes);
      return { multiplier, bytes: toHex(bytes) };
    });
    expectGoldenJson('tables.json', coarse);
  });
});
