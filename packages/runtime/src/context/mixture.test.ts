import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mixture } from './mixture.js';
import { mixtureTables } from './mixture-tables.js';

const tables = mixtureTables();

const output = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }),
  fc.integer({ min: -(2 ** 19), max: 2 ** 19 }),
  fc.constantFrom(-(2 ** 19), 2 ** 19, 0),
);

const mixtureCase = fc.integer({ min: 1, max: 8 }).chain((components) =>
  fc.record({
    components: fc.constant(components),
    outputs: fc.array(output, { minLength: 3 * components, maxLength: 3 * components }),
    min: fc.integer({ min: -32_768, max: 32_767 }),
    count: fc.oneof(fc.integer({ min: 3, max: 60 }), fc.integer({ min: 3, max: 4096 })),
    exponent: fc.integer({ min: 0, max: 16 }),
  }),
);

function mixtureOf(
  components: number,
  outputs: readonly number[],
  entries: { min: number; count: number },
  exponent = 0,
): Mixture {
  const mixture = new Mixture(components, tables);
  mixture.set(Int32Array.from(outputs), entries, 64 * 2 ** exponent, 256 * exponent);
  return mixture;
}

/** The frequency of each entry. */
const frequencies = (mixture: Mixture): number[] =>
  Array.from({ length: mixture.count }, (_, i) => mixture.cumulative(i + 1) - mixture.cumulative(i));

describe('a mixture', () => {
  it('gives every entry a frequency of at least 1, and all together 65536', () => {
    fc.assert(
      fc.property(mixtureCase, ({ components, outputs, min, count, exponent }) => {
        const found = frequencies(mixtureOf(components, outputs, { min, count }, exponent));
        expect(Math.min(...found)).toBeGreaterThanOrEqual(1);
        expect(found.reduce((sum, frequency) => sum + frequency, 0)).toBe(65_536);
        expect(Math.max(...found)).toBeLessThanOrEqual(65_536 - count + 1);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('finds the entry that holds a slot', () => {
    fc.assert(
      fc.property(mixtureCase, fc.nat(65_535), ({ components, outputs, min, count, exponent }, slot) => {
        const mixture = mixtureOf(components, outputs, { min, count }, exponent);
        const entry = mixture.find(slot);
        expect(mixture.cumulative(entry)).toBeLessThanOrEqual(slot);
        expect(mixture.cumulative(entry + 1)).toBeGreaterThan(slot);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('is a discretised logistic distribution', () => {
    for (const [mean, log2Sharpness] of [
      [0, 0],
      [3.25, 1.5],
      [-7.5, -1],
      [20.125, -2.5],
    ] as const) {
      const outputs = [0, mean * 256, log2Sharpness * 256];
      const found = frequencies(mixtureOf(1, outputs, { min: -60, count: 123 }));
      const edge = (x: number): number => 1 / (1 + Math.exp(-(x - mean) * 2 ** log2Sharpness));
      for (let i = 1; i < 122; i++) {
        const symbol = -60 + i - 1;
        expect(found[i]! / 65_536).toBeCloseTo(edge(symbol + 0.5) - edge(symbol - 0.5), 2);
      }
    }
  });

  it('weighs its components by powers of two', () => {
    // Two sharp components at −10 and 10, one four times as likely.
    const found = frequencies(mixtureOf(2, [512, 0, -2560, 2560, 1200, 1200], { min: -20, count: 43 }));
    expect(found[11]! / 65_536).toBeCloseTo(0.8, 2);
    expect(found[31]! / 65_536).toBeCloseTo(0.2, 2);
  });

  it('puts what lies beyond its symbols on the escapes', () => {
    const below = frequencies(mixtureOf(1, [0, -(2 ** 19), 0], { min: 0, count: 10 }));
    expect(below).toEqual([65_536 - 9, ...new Array(9).fill(1)]);
    const above = frequencies(mixtureOf(1, [0, 2 ** 19, 0], { min: 0, count: 10 }));
    expect(above).toEqual([...new Array(9).fill(1), 65_536 - 9]);
  });
});

describe('the tables of mixtures', () => {
  it('are those of the format page', () => {
    const { powers, mantissas, logistic } = tables;
    expect([powers.length, powers[0], powers[1], powers[255]]).toEqual([256, 32_768, 32_679, 16_428]);
    expect([mantissas.length, mantissas[0], mantissas[1], mantissas[255]]).toEqual([256, 256, 257, 511]);
    expect([logistic.length, logistic[0], logistic[512], logistic[1024]]).toEqual([1025, 0, 16_384, 32_768]);
    expect(logistic.every((value, i) => i === 0 || value >= logistic[i - 1]!)).toBe(true);
  });
});
