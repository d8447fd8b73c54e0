import type { ImageBatch } from '@convae/runtime';
import { describe, expect, it } from 'vitest';
import { mean } from '../../figures/averages.js';
import { psnrFromMse } from '../../figures/psnr.js';
import { distortionOf, distortionPerClass } from './classes.js';
import { floatMsePerImage, msePerImage } from './distortion.js';

const batch = (pixels: number[], count: number, channels = 1): ImageBatch => ({
  data: Uint8Array.from(pixels),
  count,
  height: 1,
  width: pixels.length / count / channels,
  channels,
});

describe('mean squared error', () => {
  it('is taken on 0..1, image by image', () => {
    const errors = msePerImage(batch([0, 0, 255, 10], 2), batch([255, 0, 255, 10], 2));
    expect([...errors]).toEqual([0.5, 0]);
  });

  it('of floats reads N×C×H×W against interleaved pixels', () => {
    const original = batch([0, 51, 102, 153, 204, 255], 1, 3);
    const data = Float32Array.from([0, 0.6, 0.2, 0.8, 0.4, 0.5]);
    const errors = floatMsePerImage(original, { ...original, data });
    expect(errors[0]).toBeCloseTo(0.25 / 6, 7);
  });

  it('of RGBA counts colours by the original’s alpha, in floats and in bytes', () => {
    const original = batch([0, 0, 0, 51, 9, 9, 9, 0], 1, 4);
    const output = batch([255, 0, 0, 51, 255, 255, 255, 255], 1, 4);
    expect(msePerImage(original, output)[0]).toBeCloseTo((0.2 + 1) / 8, 12);
    const data = Float32Array.of(1, 1, 0, 1, 0, 1, 0.2, 1);
    expect(floatMsePerImage(original, { ...original, data })[0]).toBeCloseTo((0.2 + 1) / 8, 6);
  });

  it('refuses different shapes', () => {
    expect(() => msePerImage(batch([1, 2], 1), batch([1, 2], 2))).toThrow(RangeError);
  });
});

describe('psnrFromMse', () => {
  it('is 20 dB at an MSE of .01, and null without any error', () => {
    expect(psnrFromMse(0.01)).toBeCloseTo(20, 12);
    expect(psnrFromMse(1)).toBeCloseTo(0, 12);
    expect(psnrFromMse(0)).toBeNull();
  });
});

describe('distortion per class', () => {
  const mse = Float64Array.of(0.1, 0.2, 0.3, 0.4);
  const ssim = Float64Array.of(0.9, 0.8, 0.7, 0.6);

  it('groups by label, leaves absent classes out, and averages to the whole', () => {
    const classes = distortionPerClass(mse, ssim, Uint8Array.of(7, 3, 7, 7));
    expect(classes.map(({ label, images }) => [label, images])).toEqual([
      [3, 1],
      [7, 3],
    ]);
    expect(classes[1]?.mse).toBeCloseTo((0.1 + 0.3 + 0.4) / 3, 12);
    const total = classes.reduce((sum, entry) => sum + entry.mse * entry.images, 0);
    expect(total / 4).toBeCloseTo(mean(mse), 12);
  });

  it('takes PSNR from the common MSE, not from the mean of PSNR', () => {
    const { psnr } = distortionOf(Float64Array.of(0.001, 0.019), Float64Array.of(1, 1));
    expect(psnr).toBeCloseTo(20, 10);
  });
});
