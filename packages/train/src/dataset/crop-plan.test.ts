import { describe, expect, it } from 'vitest';
import { cropCounts, HELD_BUDGET, MAX_CROPS_PER_PICTURE, planCrops, trainingBudget } from './crop-plan.js';

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
const square = (side: number) => ({ height: side, width: side });

describe('how many crops a picture gives', () => {
  const budget = { most: 1000, density: 4 };

  it('goes by its pixels, from one place to a cap', () => {
    expect(
      cropCounts([square(64), { height: 64, width: 65 }, square(128), square(4000)], 64, budget),
    ).toEqual([1, 2, 16, MAX_CROPS_PER_PICTURE]);
  });

  it('falls for all alike where the budget is short, never below one', () => {
    const sizes = [...new Array(90).fill(square(64)), ...new Array(10).fill({ height: 320, width: 480 })];
    const counts = cropCounts(sizes, 64, { most: 300, density: 4 });
    expect(sum(counts)).toBeLessThanOrEqual(300);
    expect(sum(counts)).toBeGreaterThan(270);
    expect(counts.slice(0, 90)).toEqual(new Array(90).fill(1));
    expect(new Set(counts.slice(90)).size).toBe(1);
  });

  it('is one for a random part of more pictures than crops, the same part for the same seed', () => {
    const sizes = new Array(50).fill(square(100));
    const counts = cropCounts(sizes, 64, { most: 20, density: 4 }, 3);
    expect([sum(counts), Math.max(...counts)]).toEqual([20, 1]);
    expect(cropCounts(sizes, 64, { most: 20, density: 4 }, 3)).toEqual(counts);
    expect(cropCounts(sizes, 64, { most: 20, density: 4 }, 4)).not.toEqual(counts);
  });

  it('keeps the pool within a gibibyte and 100,000 crops', () => {
    for (const [side, channels] of [
      [8, 1],
      [64, 3],
      [256, 3],
      [4096, 3],
    ] as const) {
      const { most } = trainingBudget(side, channels);
      expect(most).toBeLessThanOrEqual(100_000);
      expect(most * side * side * channels).toBeLessThanOrEqual(2 ** 30);
    }
    expect(trainingBudget(64, 3).most).toBe(87_381);
  });
});

describe('where crops are', () => {
  const sizes = [square(64), { height: 70, width: 300 }, { height: 200, width: 64 }];

  it('inside of their picture, everywhere in it, picture after picture', () => {
    const crops = planCrops(sizes, 64, { most: 1000, density: 60 });
    expect(crops.map(({ picture }) => picture)).toEqual(crops.map(({ picture }) => picture).sort());
    for (const { picture, top, left } of crops) {
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top + 64).toBeLessThanOrEqual(sizes[picture]!.height);
      expect(left + 64).toBeLessThanOrEqual(sizes[picture]!.width);
    }
    const wide = crops.filter(({ picture }) => picture === 1);
    expect(Math.min(...wide.map(({ left }) => left))).toBeLessThan(20);
    expect(Math.max(...wide.map(({ left }) => left))).toBeGreaterThan(216);
  });

  it('the same for the same seed, others for another', () => {
    const plan = planCrops(sizes, 64, HELD_BUDGET, 7);
    expect(planCrops(sizes, 64, HELD_BUDGET, 7)).toEqual(plan);
    expect(planCrops(sizes, 64, HELD_BUDGET, 8)).not.toEqual(plan);
  });
});
