import type { SymbolBatch } from '@convae/runtime/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelHistograms, placeHistograms, smoothed, tableOf } from './symbol-tables.js';

const batch = (data: number[], channels: number, side: number): SymbolBatch => ({
  data: Int32Array.from(data),
  count: data.length / channels / side ** 2,
  channels,
  height: side,
  width: side,
});

describe('histograms', () => {
  it('count the symbols of each channel and of each place', () => {
    const symbols = [batch([0, 1, 1, 1, -2, -2, -2, -1], 2, 2), batch([0, 3, 1, 1, -2, -2, -1, -1], 2, 2)];
    const channels = channelHistograms(symbols);
    expect(channels).toEqual([
      { min: 0, counts: Float64Array.of(2, 5, 0, 1), outside: 0 },
      { min: -2, counts: Float64Array.of(5, 3), outside: 0 },
    ]);
    const places = placeHistograms(symbols, channels);
    expect(places).toHaveLength(8);
    expect(places[1]).toEqual({ min: 0, counts: Float64Array.of(0, 1, 0, 1), outside: 0 });
    expect(places[6]).toEqual({ min: -2, counts: Float64Array.of(1, 1), outside: 0 });
  });

  it('leave what lies far out and is rare to the escape', () => {
    const data = new Array(200_000).fill(0).map((_, i) => i % 3);
    data[5] = 1e6;
    data[6] = -1e6;
    const [histogram] = channelHistograms([batch(data, 1, 1)]);
    expect(histogram).toMatchObject({ min: 0, outside: 2 });
    expect(histogram!.counts).toHaveLength(3);
  });

  it('keep to the largest table where symbols are everywhere', () => {
    const data = Array.from({ length: 20_000 }, (_, i) => i * 7);
    const [histogram] = channelHistograms([batch(data, 1, 1)]);
    expect(histogram!.counts.length).toBeLessThanOrEqual(8192);
    expect(histogram!.outside + histogram!.counts.reduce((a, b) => a + b, 0)).toBe(20_000);
    expect(tableOf(histogram!).frequencies.length).toBe(histogram!.counts.length + 1);
  });

  it('become tables of positive frequencies, smoothed or not, whatever they hold', () => {
    const symbols = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 200 });
    fc.assert(
      fc.property(symbols, fc.constantFrom(1, 16, 256), (data, weight) => {
        const batches = [batch(data.slice(0, 4 * Math.floor(data.length / 4)), 1, 2)];
        const [channel] = channelHistograms(batches);
        for (const place of placeHistograms(batches, [channel!])) {
          const { min, frequencies } = tableOf(smoothed(place, channel!, weight));
          const all = Array.from(frequencies);
          expect(all.reduce((a, b) => a + b, 0)).toBe(65_536);
          expect(Math.min(...all)).toBeGreaterThanOrEqual(1);
          expect(min).toBeGreaterThanOrEqual(channel!.min);
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('give a place that saw nothing of a symbol a chance from its channel', () => {
    const place = { min: 0, counts: Float64Array.of(100, 0, 0), outside: 0 };
    const channel = { min: 0, counts: Float64Array.of(50, 30, 20), outside: 0 };
    const { frequencies } = tableOf(smoothed(place, channel, 10));
    expect(frequencies[1]).toBeGreaterThan(1000);
    expect(frequencies[1]! / frequencies[2]!).toBeCloseTo(1.5, 1);
  });
});
