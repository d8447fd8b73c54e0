import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, permutation, randomFromState } from './random.js';

const SEED = { seed: 20260, numRuns: 100 };
const draw = (n: number, next: () => number): number[] => Array.from({ length: n }, next);

describe('xoshiro128**', () => {
  it('gives the numbers of the C reference implementation', () => {
    expect(draw(10, randomFromState([1, 2, 3, 4]).uint32)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
    // The values that github.com/edorfaus/xoshiro-6502 computed with the same reference.
    expect(draw(4, randomFromState([0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0]).uint32)).toEqual([
      0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70,
    ]);
  });

  it('goes on from a state with the same numbers', () => {
    const random = createRandom(7, 3);
    random.normal();
    const copy = randomFromState(random.state());
    expect(draw(20, copy.uniform)).toEqual(draw(20, random.uniform));
  });

  it('leaves the all-zero state', () => {
    expect(draw(20, randomFromState([0, 0, 0, 0]).uint32).some((value) => value !== 0)).toBe(true);
  });
});

describe('createRandom', () => {
  it('gives every seed, and every pair of seeds, a stream of its own', () => {
    const key = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(createRandom(a, b).state()).toEqual(createRandom(a, b).state());
        if (a === b) return;
        expect(createRandom(a).state()).not.toEqual(createRandom(b).state());
        expect(createRandom(a, b).state()).not.toEqual(createRandom(b, a).state());
      }),
      SEED,
    );
    expect(createRandom(2 ** 32).state()).not.toEqual(createRandom(0).state());
  });

  it('refuses seeds that are no non-negative integers', () => {
    expect(() => createRandom(-1)).toThrow(/expected an integer in 0\.\..* for seed, received -1/);
    expect(() => createRandom(0.5)).toThrow(RangeError);
    expect(() => createRandom(Number.NaN)).toThrow(RangeError);
    expect(() => createRandom('1' as unknown as number)).toThrow(TypeError);
  });
});

describe('distributions', () => {
  it('uniform is in [0, 1) with mean 1/2 and variance 1/12', () => {
    const values = draw(20000, createRandom(1).uniform);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 1.5);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  it('below(n) meets every integer below n about equally often', () => {
    const random = createRandom(2);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 14000; i++) counts[random.below(7)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect(() => random.below(0)).toThrow(RangeError);
    expect(() => random.below(1.5)).toThrow(RangeError);
    expect(random.below(1)).toBe(0);
  });

  it('normal and fillNormal have the moments of a normal distribution', () => {
    const single = draw(20001, createRandom(3).normal);
    const filled = createRandom(4).fillNormal(new Float32Array(20001), 2);
    for (const [values, deviation] of [
      [single, 1],
      [[...filled], 2],
    ] as const) {
      const n = values.length;
      const mean = values.reduce((sum, value) => sum + value, 0) / n;
      const second = values.reduce((sum, value) => sum + value ** 2, 0) / n / deviation ** 2;
      const fourth = values.reduce((sum, value) => sum + value ** 4, 0) / n / deviation ** 4;
      expect(Math.abs(mean)).toBeLessThan(0.05 * deviation);
      expect(Math.abs(second - 1)).toBeLessThan(0.05);
      expect(Math.abs(fourth - 3)).toBeLessThan(0.3);
    }
    expect(filled[20000]).not.toBe(0);
  });
});

describe('permutation', () => {
  it('holds every number once', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.nat(), (count, seed) => {
        const order = permutation(count, createRandom(seed));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
      SEED,
    );
  });

  it('meets all six orders of three about equally often', () => {
    const random = createRandom(5);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = permutation(3, random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
