import { describe, expect, it } from 'vitest';
import { MEAN_SCALE } from '../../training/rate/mixture.js';
import {
  codedAt,
  contextOf,
  drawLatents,
  GRID,
  hiddenLayers,
  places,
  type TinyRun,
  tinyRun,
  VECTOR,
} from '../../training/rate/tiny-rate.test.support.js';
import { traceLatent, windowOffsets } from './float-context.js';

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

describe('traceLatent', () => {
  const cases: [string, TinyRun][] = [
    ['a grid, radius 0', tinyRun(GRID, 0)],
    ['a grid, radius 2', tinyRun(GRID, 2)],
    ['a vector', tinyRun(VECTOR, 0)],
  ];

  it.each(cases)('gives what every symbol is told from: %s', (_name, run) => {
    const net = contextOf(run);
    const quality = 1;
    const latent = drawLatents(net, 1, codedAt(run, quality), 1);
    const inputs = Float64Array.from(latent, (value) => value / MEAN_SCALE);
    const expected = [...places(net)];
    let at = 0;
    traceLatent(net, inputs, quality, ({ channel, known, first, second }) => {
      const place = expected[at++]!;
      const { h1, h2 } = hiddenLayers(net, latent, place, quality);
      expect(channel).toBe(place.channel);
      for (const [j, value] of first.entries()) expect(value).toBeCloseTo(h1[j]!, 5);
      for (const [i, value] of second.entries()) expect(value).toBeCloseTo(h2[i]!, 5);
      const earlier = known.subarray(known.length - net.channels);
      const here = earlier.map((_, c) =>
        c < channel ? inputs[(c * net.height + place.y) * net.width + place.x]! : 0,
      );
      expect([...earlier]).toEqual([...here]);
    });
    expect(at).toBe(expected.length);
  });
});
