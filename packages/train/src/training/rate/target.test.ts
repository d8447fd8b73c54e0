import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../recipe.js';
import { excessOf, isOnTarget, nearestTo, octavesTo } from './target.js';

const reached = (psnr: number, bytes: number) => ({ psnr, bytes });

describe('a target', () => {
  it('is reached within 0.3 dB, or 5% of the bytes', () => {
    expect([29.69, 29.71, 30.29, 30.31].map((psnr) => isOnTarget({ psnr: 30 }, reached(psnr, 1)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([56.9, 57.1, 62.9, 63.1].map((bytes) => isOnTarget({ bytes: 60 }, reached(1, bytes)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(excessOf({ psnr: 30 }, reached(28, 9))).toBe(-2);
    expect(excessOf({ bytes: 60 }, reached(28, 90))).toBe(0.5);
  });

  it('asks for more lambda where it is above what was reached, for less where below', () => {
    expect(octavesTo({ psnr: 30 }, reached(28.6, 1))).toBeCloseTo(1, 9);
    expect(octavesTo({ psnr: 27.2 }, reached(28.6, 1))).toBeCloseTo(-1, 9);
    expect(octavesTo({ bytes: 2 ** 0.4 }, reached(1, 1))).toBeCloseTo(1, 9);
    expect(octavesTo({ bytes: 1 }, reached(1, 2 ** 0.8))).toBeCloseTo(-2, 9);
  });

  it('has a nearest one among several qualities', () => {
    const qualities = [reached(26, 30), reached(28, 42), reached(29.2, 55), reached(31.5, 80)];
    expect(nearestTo({ psnr: 30 }, qualities)).toBe(2);
    expect(nearestTo({ psnr: 40 }, qualities)).toBe(3);
    expect(nearestTo({ bytes: 40 }, qualities)).toBe(1);
  });

  it.each([
    [{ psnr: 0 }, /rate.target/],
    [{ psnr: 61 }, /rate.target/],
    [{ bytes: 0 }, /rate.target/],
    [{ psnr: 30, bytes: 60 }, /rate.target/],
  ])('%j is refused', (target, message) => {
    expect(() => parseRecipe({ rate: { lambdas: [10], target: target as { psnr: number } } })).toThrow(
      message,
    );
  });
});
