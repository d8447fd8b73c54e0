import { describe, expect, it } from 'vitest';
import type { LabelledImages } from '../dataset/types.js';
import {
  EXAMPLES_PER_CLASS,
  EXTREMES,
  extremePositions,
  gridPositions,
  MAX_EXAMPLE_COLUMNS,
} from './examples.js';

const set = (count: number, labels?: number[]): LabelledImages => {
  const images = { data: new Uint8Array(count), count, height: 1, width: 1, channels: 1 };
  return labels === undefined ? images : { ...images, labels: Uint8Array.from(labels) };
};

describe('gridPositions', () => {
  it('gives each class a column of its first images, with holes where it has too few', () => {
    const grid = gridPositions(set(6, [5, 2, 5, 5, 5, 5]));
    expect(grid).toEqual([
      [1, 0],
      [undefined, 2],
      [undefined, 3],
      [undefined, 4],
    ]);
  });

  it('shows at most so many classes, spread over all of them', () => {
    const labels = Array.from({ length: 100 }, (_, i) => i);
    const grid = gridPositions(set(100, labels));
    expect(grid).toHaveLength(1);
    expect(grid[0]).toHaveLength(MAX_EXAMPLE_COLUMNS);
    expect(grid[0]?.[6]).toBe(50);
  });

  it('spreads over the whole set without labels', () => {
    const grid = gridPositions(set(1000));
    expect(grid).toHaveLength(EXAMPLES_PER_CLASS);
    expect(grid.flat()).toEqual(Array.from({ length: 40 }, (_, i) => i * 25));
    expect(gridPositions(set(1))).toEqual([[0]]);
    expect(gridPositions(set(5)).flat()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('extremePositions', () => {
  it('takes both ends, never more than half of all each', () => {
    expect(extremePositions(Float64Array.of(3, 1, 2, 5))).toEqual({ best: [1, 2], worst: [3, 0] });
    expect(extremePositions(Float64Array.of(7))).toEqual({ best: [0], worst: [0] });
    const many = extremePositions(Float64Array.from({ length: 100 }, (_, i) => (i * 37) % 100));
    expect([many.best.length, many.worst.length]).toEqual([EXTREMES, EXTREMES]);
  });
});
