import { describe, expect, it } from 'vitest';
import type { ImageBatch } from '../image.js';
import { noiseImages } from '../testing/expectations.js';
import { areaAverage } from './area-average.js';

const picture = (width: number, channels: number, data: readonly number[]): ImageBatch => ({
  data: Uint8Array.from(data),
  count: 1,
  height: data.length / width / channels,
  width,
  channels,
});

describe('areaAverage', () => {
  it('is the mean of the pixels that a cell covers, whole or in part', () => {
    const row = picture(3, 1, [0, 90, 240]);
    // 0 and half of 90 over 1.5 pixels; half of 90 and 240 over 1.5 pixels.
    expect(Array.from(areaAverage(row, 1, 2).data)).toEqual([30, 30, 30, 190, 190, 190]);
    const square = picture(2, 1, [0, 10, 20, 30]);
    expect(Array.from(areaAverage(square, 1, 1).data)).toEqual([15, 15, 15]);
  });

  it('keeps an image of the same size, and repeats pixels where the size is a multiple', () => {
    const image = noiseImages(1, 5, 7, 3);
    expect(areaAverage(image, 5, 7)).toEqual(image);
    const larger = areaAverage(image, 10, 21);
    expect(areaAverage(larger, 5, 7)).toEqual(image);
    expect(Array.from(larger.data.subarray(0, 9))).toEqual(
      [0, 1, 2].flatMap(() => [...image.data.subarray(0, 3)]),
    );
  });

  it('keeps the mean of an image whatever the size', () => {
    const image = noiseImages(1, 37, 53, 3);
    const mean = ({ data }: ImageBatch): number => data.reduce((sum, value) => sum + value, 0) / data.length;
    for (const [height, width] of [
      [32, 32],
      [8, 31],
      [50, 60],
    ] as const)
      expect(Math.abs(mean(areaAverage(image, height, width)) - mean(image))).toBeLessThan(0.5);
  });

  it('lays what is transparent on white, so hidden colours do not show', () => {
    const image = picture(2, 4, [255, 0, 0, 0, 0, 0, 255, 255]);
    expect(Array.from(areaAverage(image, 1, 2).data)).toEqual([255, 255, 255, 0, 0, 255]);
    expect(Array.from(areaAverage(image, 1, 1).data)).toEqual([128, 128, 255]);
  });
});
