import type { LatentBatch } from '@convae/runtime';
import { describe, expect, it } from 'vitest';
import { deadChannels, HISTOGRAM_BINS, latentStatistics } from './latents.js';

const batch = (values: number[], count: number, channels: number): LatentBatch => ({
  data: Float32Array.from(values),
  count,
  channels,
  height: 1,
  width: values.length / count / channels,
});

describe('latentStatistics', () => {
  // Two images, three channels of two positions, in two batches.
  const batches = [batch([0, 1, 0, 0, 2, 2], 1, 3), batch([3, 4, 0, 0, 2, 2], 1, 3)];
  const [first, second, third] = latentStatistics(batches);

  it('covers all images and positions of a channel', () => {
    expect(first).toMatchObject({ channel: 0, min: 0, max: 4, mean: 2, zeroShare: 0.25 });
    expect(first?.standardDeviation).toBeCloseTo(Math.sqrt(2.5), 12);
  });

  it('counts every value that is not 0 in the histogram', () => {
    const histogram = first?.histogram;
    expect(histogram).toMatchObject({ min: 1, max: 4 });
    expect(histogram?.counts).toHaveLength(HISTOGRAM_BINS);
    expect(histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect([histogram?.counts[0], histogram?.counts[HISTOGRAM_BINS - 1]]).toEqual([1, 1]);
  });

  it('has no histogram for a channel of zeros, and one bar for a constant', () => {
    expect(second).toMatchObject({ zeroShare: 1, min: 0, max: 0 });
    expect(second?.histogram).toBeUndefined();
    expect(third?.histogram?.counts[0]).toBe(4);
  });

  it('calls constant channels dead', () => {
    expect(deadChannels(latentStatistics(batches))).toEqual([1, 2]);
  });
});
