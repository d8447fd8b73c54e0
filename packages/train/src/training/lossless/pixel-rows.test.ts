import type { ImageBatch, ImageChannels } from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { gridFor, pixelGrid } from './pixel-grid.js';
import { inputCount, pixelRows } from './pixel-rows.js';

function images(count: number, channels: ImageChannels, of: (i: number) => number): ImageBatch {
  const data = Uint8Array.from({ length: count * 5 * 6 * channels }, (_, i) => of(i));
  return { data, count, height: 5, width: 6, channels };
}

const noise = (seed: number, above = 0) => {
  const random = createRandom(seed);
  return () => (random.uniform() < above ? 0 : random.below(256));
};

describe('pixelRows', () => {
  it('gives each place the values before it, and nothing of those behind', () => {
    const batch = images(1, 1, (i) => i + 1);
    const rows = pixelRows(batch, [0], { radius: 1, bases: 1, copies: false, grid: pixelGrid(1, 1) });
    const at = 2 * 6 + 3;
    const size = inputCount(1, 1, false);
    const inputs = Array.from(rows.inputs.subarray(at * size, (at + 1) * size));
    const neighbours = [at - 7, at - 6, at - 5, at - 1].map((i) => i + 1);
    const [values, indicators] = [0, 1].map((half) => inputs.slice(0, -1).filter((_, i) => i % 2 === half));
    expect(values!.map((value) => Math.round((value * 255) / 2))).toEqual(neighbours);
    expect(indicators).toEqual([1, 1, 1, 1]);
    expect(inputs.at(-1)).toBe(0);
    expect(rows.bases[at]).toBe(at);
    expect([rows.low[at], rows.high[at]]).toEqual([at + 0.5, at + 1.5]);
  });

  it('counts from the left neighbour, in the first column from the one above, and tells what is white', () => {
    const batch = images(1, 1, (i) => (i === 7 ? 251 : i + 1));
    const rows = pixelRows(batch, [0], { radius: 1, bases: 1, copies: false, grid: pixelGrid(1, 1) });
    expect([rows.bases[0], rows.bases[6], rows.bases[8]]).toEqual([0, 1, 251]);
    const size = inputCount(1, 1, false);
    expect([rows.inputs[8 * size + size - 1], rows.inputs[9 * size + size - 1]]).toEqual([1, 0]);
  });

  it('has the values around as bases in turn, and their neighbours at the edges', () => {
    const batch = images(1, 1, (i) => (i * 37) % 256);
    const rows = pixelRows(batch, [0], { radius: 1, bases: 4, copies: false, grid: pixelGrid(1, 1) });
    const of = (i: number): number[] => Array.from(rows.bases.subarray(4 * i, 4 * i + 4));
    const v = (i: number): number => batch.data[i]!;
    expect(of(9)).toEqual([v(8), v(3), v(4), Math.min(255, Math.max(0, v(8) + v(3) - v(2)))]);
    expect(of(3)).toEqual([v(2), v(2), v(2), v(2)]);
    expect(of(6)).toEqual([v(0), v(0), v(1), v(0)]);
    expect(of(11).slice(0, 3)).toEqual([v(10), v(5), v(5)]);
  });

  it('takes alpha first', () => {
    const batch = images(1, 4, (i) => 1 + (i % 4));
    const rows = pixelRows(batch, [0], { radius: 1, bases: 1, copies: false, grid: pixelGrid(1, 1) });
    expect([0, 1, 2, 3].map((c) => rows.high[c * rows.count + 9]! - 0.5)).toEqual([4, 1, 2, 3]);
    const own = Array.from(rows.own.subarray(9 * 6, 10 * 6));
    expect(own.map((value, i) => (i % 2 === 0 ? Math.round((value * 255) / 2) : value))).toEqual([
      4, 1, 1, 1, 2, 1,
    ]);
  });

  it('lets one row stand for all empty places of a cell, and counts every place once', () => {
    const batch = images(3, 1, noise(4, 0.97));
    const rows = pixelRows(batch, [0, 1, 2], {
      radius: 2,
      bases: 1,
      copies: false,
      grid: gridFor({ height: 5, width: 6, channels: 1 }),
    });
    expect(rows.count).toBeLessThan(90);
    expect(rows.weights.reduce((sum, weight) => sum + weight, 0)).toBe(90);
    expect(rows.values).toBe(90);
    const shared = Array.from(rows.weights.keys()).filter((row) => rows.weights[row]! > 1);
    expect(shared.length).toBeGreaterThan(0);
    const size = inputCount(1, 2, false);
    for (const row of shared) {
      expect(rows.zero[row]).toBe(1);
      expect(Math.max(...rows.inputs.subarray(row * size, (row + 1) * size))).toBe(0);
    }
  });
});

describe('pixelRows where colours are copied', () => {
  /** One row of pixels, a value a pixel. */
  const line = (...values: number[]): ImageBatch => ({
    data: Uint8Array.from(values),
    count: 1,
    height: 1,
    width: values.length,
    channels: 1,
  });
  const options = { radius: 2, bases: 4, copies: true, grid: pixelGrid(1, 1) } as const;

  it('knows of each place which choice it is, and codes the values of listed and of new colours alone', () => {
    const rows = pixelRows(line(7, 7, 9, 7, 0, 9), [0], options);
    // New, left, new, listed, above (outside: 0), listed.
    expect(Array.from(rows.choices)).toEqual([5, 0, 5, 4, 1, 4]);
    expect(Array.from(rows.codedRows)).toEqual([0, 2, 3, 5]);
    expect(Array.from(rows.high, (edge) => edge - 0.5)).toEqual([7, 9, 7, 9]);
  });

  it('tells which candidates are the first of their colour, and which pairs of neighbours differ', () => {
    const rows = pixelRows(line(7, 9, 9), [0], options);
    expect(Array.from(rows.candidates)).toEqual([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
    const size = inputCount(1, 2, true);
    const pairs = (row: number): number[] =>
      Array.from(rows.inputs.subarray((row + 1) * size - 10, (row + 1) * size));
    expect(pairs(0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(pairs(1)).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 1, 0]);
  });
});

describe('gridFor', () => {
  it('has a cell for each place of small images, and no more cells than the table may have', () => {
    expect(gridFor({ height: 28, width: 28, channels: 1 })).toMatchObject({ height: 28, width: 28 });
    expect(gridFor({ height: 64, width: 64, channels: 1 })).toMatchObject({ height: 32, width: 32 });
    expect(gridFor({ height: 64, width: 64, channels: 4 })).toMatchObject({ height: 16, width: 16 });
    expect(gridFor({ height: 16384, width: 1, channels: 1 })).toMatchObject({ height: 1024, width: 1 });
  });

  it('maps places of any size to its cells, in their order', () => {
    const grid = pixelGrid(4, 3);
    expect([0, 1, 2].map((x) => grid.cell(0, x, 4, 3))).toEqual([0, 1, 2]);
    expect(grid.cell(99, 59, 100, 60)).toBe(11);
    expect(grid.cell(0, 0, 1, 1)).toBe(7);
  });
});
