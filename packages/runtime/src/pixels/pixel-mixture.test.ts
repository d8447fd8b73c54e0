import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PixelMixture } from './pixel-mixture.js';
import { type Interval, intervalsOf } from './reference.test.fixture.js';

const OUTPUT = 2 ** 19;

/** Outputs of a network for K components, extreme ones too. */
const outputsOf = (components: number): fc.Arbitrary<number[]> =>
  fc.array(
    fc.oneof(
      fc.integer({ min: -3000, max: 3000 }),
      fc.integer({ min: -OUTPUT, max: OUTPUT }),
      fc.constantFrom(-OUTPUT, 0, OUTPUT),
    ),
    { minLength: 3 * components + 2, maxLength: 3 * components + 2 },
  );

const distributions = fc
  .integer({ min: 1, max: 8 })
  .chain((components) =>
    fc.tuple(
      fc.constant(components),
      outputsOf(components),
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 4 }),
    ),
  );

function mixtureOf(components: number, outputs: readonly number[], bases: readonly number[]): PixelMixture {
  const mixture = new PixelMixture(components);
  mixture.set(Int32Array.from(outputs), Uint8Array.from(bases));
  return mixture;
}

/** What the mixture says of a value. */
function intervals(mixture: PixelMixture, value: number): Interval[] {
  const { zero, white } = mixture;
  if (value === 0) return [[0, zero]];
  const rest: Interval[] =
    value === 255
      ? [[0, white]]
      : [
          [white, 65536],
          [mixture.cumulative(value), mixture.cumulative(value + 1)],
        ];
  return [[zero, 65536], ...rest];
}

describe('the distribution of a value', () => {
  it('is that of the format’s page', () => {
    fc.assert(
      fc.property(distributions, fc.integer({ min: 0, max: 255 }), ([components, outputs, bases], value) => {
        const found = intervals(mixtureOf(components, outputs, bases), value);
        expect(found).toEqual(intervalsOf(outputs, components, bases, value));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('leaves every value possible, and finds each from every slot at its ends', () => {
    fc.assert(
      fc.property(distributions, ([components, outputs, bases]) => {
        const mixture = mixtureOf(components, outputs, bases);
        for (const frequency of [mixture.zero, mixture.white]) {
          expect(frequency).toBeGreaterThanOrEqual(1);
          expect(frequency).toBeLessThanOrEqual(65535);
        }
        for (let value = 1; value < 255; value++) {
          const [low, high] = [mixture.cumulative(value), mixture.cumulative(value + 1)];
          expect(high).toBeGreaterThan(low);
          if (value % 17 > 0) continue;
          expect(mixture.find(low)).toBe(value);
          expect(mixture.find(high - 1)).toBe(value);
        }
        expect([mixture.cumulative(1), mixture.cumulative(255)]).toEqual([0, 65536]);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('takes hardly a bit for what it is sure of', () => {
    const bits = (found: readonly Interval[]): number =>
      found.reduce((sum, [low, high]) => sum - Math.log2((high - low) / 65536), 0);
    const zero = mixtureOf(1, [-5000, 0, 1000, 5000, -5000], [0]);
    expect(bits(intervals(zero, 0))).toBeLessThan(0.0001);
    // A sharp component far above 255: the opaque alpha.
    const opaque = mixtureOf(1, [5000, 2560, 1000, -5000, -5000], [255]);
    expect(bits(intervals(opaque, 255))).toBeLessThan(0.0001);
    const middle = mixtureOf(1, [5000, 0, 1000, -5000, -5000], [100]);
    expect(bits(intervals(middle, 100))).toBeLessThan(0.01);
    // White alone: three values share it.
    const white = mixtureOf(1, [-5000, 0, 1000, -5000, 5000], [0]);
    for (const value of [253, 254, 255]) expect(bits(intervals(white, value))).toBeCloseTo(Math.log2(3), 1);
  });
});
