import { describe, expect, it } from 'vitest';
import { type ImageBatch, toFloatImages } from '../image.js';
import { noiseImages } from '../testing/expectations.js';
import { meanSquaredError, meanSquaredErrors, psnrOf } from './distortion.js';

const one = (channels: number, ...data: number[]): ImageBatch => ({
  data: Uint8Array.from(data),
  count: 1,
  height: 1,
  width: data.length / channels,
  channels,
});

describe('the mean squared error', () => {
  it.each([1, 3])('of %i channels is that of all values', (channels) => {
    const black = one(channels, ...Array(channels * 2).fill(0));
    const half = { ...black, data: black.data.map((_, i) => (i < channels ? 255 : 0)) };
    expect(meanSquaredError(black, half)).toBe(0.5);
    expect(psnrOf(meanSquaredError(black, half))).toBeCloseTo(3.0103, 4);
  });

  it('of RGBA counts colours by the original’s alpha, alpha whole, over 4 values a pixel', () => {
    const original = one(4, 0, 0, 0, 0, 0, 0, 0, 51, 0, 0, 0, 255);
    const colours = one(4, 255, 255, 255, 0, 255, 0, 0, 51, 0, 0, 255, 255);
    expect(meanSquaredError(original, colours)).toBeCloseTo((0 + 0.2 + 1) / 12, 12);
    const alphas = one(4, 0, 0, 0, 255, 0, 0, 0, 51, 0, 0, 0, 255);
    expect(meanSquaredError(original, alphas)).toBeCloseTo(1 / 12, 12);
  });

  it.each([1, 3, 4])('of %i channels is the same for uint8 and float images', (channels) => {
    const [a, b] = [noiseImages(4, 5, 7, channels), noiseImages(4, 7, 5, channels)];
    const shaped = { ...b, height: 5, width: 7 };
    const floats = meanSquaredErrors(toFloatImages(a), toFloatImages(shaped));
    const bytes = meanSquaredErrors(a, shaped);
    expect(bytes).toHaveLength(4);
    for (const [i, error] of bytes.entries()) expect(floats[i]).toBeCloseTo(error, 7);
  });

  it('refuses batches of different lengths', () => {
    expect(() => meanSquaredErrors(noiseImages(1), noiseImages(2))).toThrow(RangeError);
  });
});
