import { describe, expect, it } from 'vitest';
import { largestDifference } from './difference.js';

describe('largestDifference', () => {
  it('finds the place and the sizes', () => {
    expect(largestDifference([1, 2, 3], [1, 4, 3.5])).toEqual({
      difference: 2,
      index: 1,
      actual: 2,
      expected: 4,
      magnitude: 4,
    });
  });

  it('lets equal infinities pass and never NaN', () => {
    expect(largestDifference([Infinity], [Infinity]).difference).toBe(0);
    expect(largestDifference([Number.NaN, 5], [Number.NaN, 1]).difference).toBeNaN();
    expect(largestDifference([1, Number.NaN], [1, 2])).toMatchObject({ difference: Number.NaN, index: 1 });
    expect(largestDifference([1], [1, 2]).difference).toBeNaN();
  });
});
