import { describe, expect, it } from 'vitest';
import { MEAN_SCALE } from '../../training/rate/mixture.js';
import {
  contextOf,
  drawLatents,
  GRID,
  hiddenLayers,
  places,
  tinyRun,
  VECTOR,
} from '../../training/rate/tiny-rate.test.support.js';
import type { FloatContext } from '../../training/rate/trained-coding.js';
import { traceActivations, windowOffsets } from './float-context.js';

describe('windowOffsets', () => {
  it('are the places above, and those to the left in the same row', () => {
    expect(windowOffsets(0)).toEqual([]);
    expect(windowOffsets(1)).toEqual([
      [-1, -1],
      [-1, 0],
      [-1, 1],
      [0, -1],
    ]);
    expect(windowOffsets(3)).toHaveLength(24);
  });
});

describe('traceActivations', () => {
  const cases: [string, FloatContext][] = [
    ['a grid, radius 0', contextOf(tinyRun(GRID, 0))],
    ['a grid, radius 2', contextOf(tinyRun(GRID, 2))],
    ['a vector', contextOf(tinyRun(VECTOR, 0))],
  ];

  it.each(cases)('finds the largest activation of every unit: %s', (_name, net) => {
    const multiplier = 14;
    const latent = drawLatents(net, 1, multiplier, 1);
    const seen = {
      first: new Float64Array(net.spec.hidden1),
      second: new Float64Array(net.spec.hidden2).fill(0.25),
    };
    const inputs = Float64Array.from(latent, (value) => value / MEAN_SCALE);
    traceActivations(net, inputs, Math.log2(multiplier / 8), seen);
    const layers = [...places(net)].map((place) => hiddenLayers(net, latent, place, multiplier));
    for (const [j, value] of seen.first.entries())
      expect(value).toBeCloseTo(Math.max(...layers.map(({ h1 }) => h1[j]!)), 5);
    for (const [i, value] of seen.second.entries())
      expect(value).toBeCloseTo(Math.max(0.25, ...layers.map(({ h2 }) => h2[i]!)), 5);
  });
});
