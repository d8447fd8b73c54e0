import { dequantize, type ImageBatch, quantize } from '@convae/runtime';
import { createRandom, momentsOf } from '@convae/train/kit';
import { tinyImages } from '@convae/train/testing';
import { describe, expect, it } from 'vitest';
import { fitBasis, project, reconstruct } from './basis.js';
import { decodeCoefficients, encodeCoefficients } from './bitstream.js';
import { fitPca, measurePca, planPca } from './measurements.js';
import { buildPcaCoding, usedComponents } from './tables.js';

const patches = (count: number): ImageBatch => {
  const images = tinyImages({ count, height: 4, width: 4, channels: 1, labelled: false });
  return { ...images, data: images.data };
};

/** 2×2 images 100 + a·(1,1,0,0) + b·(0,0,1,-1), the spread of a twice that of b. */
function twoDirections(count: number): ImageBatch {
  const random = createRandom(3);
  const data = new Uint8Array(4 * count);
  for (let n = 0; n < count; n++) {
    const a = random.below(81) - 40;
    const b = random.below(41) - 20;
    data.set([100 + a, 100 + a, 100 + b, 100 - b], 4 * n);
  }
  return { data, count, height: 2, width: 2, channels: 1 };
}

describe('momentsOf', () => {
  it('equals the definition of mean and covariance', () => {
    const images = patches(20);
    const { mean, covariance, dimensions } = momentsOf(images);
    const value = (n: number, i: number): number => images.data[n * dimensions + i]!;
    const average = (f: (n: number) => number): number =>
      Array.from({ length: 20 }, (_, n) => f(n)).reduce((sum, v) => sum + v, 0) / 20;
    for (const [i, j] of [
      [0, 0],
      [3, 12],
      [12, 3],
      [15, 15],
    ] as const) {
      const expected = average((n) => (value(n, i) - mean[i]!) * (value(n, j) - mean[j]!));
      expect(mean[i]).toBeCloseTo(
        average((n) => value(n, i)),
        9,
      );
      expect(covariance[i * dimensions + j]).toBeCloseTo(expected, 6);
    }
  });

  it('refuses no images', () => {
    expect(() => momentsOf({ ...patches(1), count: 0 })).toThrow('expected at least 1 image');
  });
});

describe('fitBasis', () => {
  it('finds the directions that images were made of, the wider one first', () => {
    const { components, variances } = fitBasis(twoDirections(400));
    const half = Math.SQRT1_2;
    const along = (k: number, direction: readonly number[]): number =>
      Math.abs(direction.reduce((sum, value, i) => sum + value * components[4 * k + i]!, 0));
    expect(along(0, [half, half, 0, 0])).toBeCloseTo(1, 2);
    expect(along(1, [0, 0, half, -half])).toBeCloseTo(1, 2);
    expect(variances[0]! / variances[1]!).toBeGreaterThan(3);
    expect(variances[2]).toBeCloseTo(0, 6);
  });

  it('gives every pixel back from unrounded coefficients', () => {
    const images = patches(30);
    const basis = fitBasis(images);
    expect(reconstruct(basis, project(basis, images), images).data).toEqual(images.data);
  });

  it('clips what leaves 0..255', () => {
    const basis = fitBasis(twoDirections(50));
    const far = Float32Array.of(1e4, 0, 0, 0);
    const shape = { count: 1, height: 2, width: 2, channels: 1 };
    const { data } = reconstruct(basis, far, shape);
    expect([0, 255]).toContain(data[0]);
  });
});

describe('coefficients as bytes', () => {
  const training = patches(60);
  const test = patches(25);
  const fitted = fitPca(training);
  const { basis, training: trained, extremes } = fitted;
  const coefficients = project(basis, test);
  const at = (step: number) => buildPcaCoding(trained, extremes, step);

  it('come back as they were quantized, outliers too', async () => {
    const coding = buildPcaCoding(trained, extremes, 8);
    const outlier = coefficients.slice();
    outlier[5] = 1e6;
    const { container } = await encodeCoefficients(coding, outlier, test);
    const latents = { data: outlier, count: 25, channels: 16, height: 1, width: 1 };
    const expected = dequantize(quantize(latents, coding.quantizer), coding.quantizer).data;
    expect(await decodeCoefficients(coding, container, 25)).toEqual(expected);
  });

  it('take fewer bytes and leave larger errors at coarser steps', async () => {
    const fine = await measurePca(fitted, at(4), test, 'together');
    const coarse = await measurePca(fitted, at(60), test, 'together');
    expect(coarse.bytesPerImage).toBeLessThan(fine.bytesPerImage);
    expect(coarse.mse).toBeGreaterThan(fine.mse);
    expect(fine.images).toBe(25);
    // One byte before each payload, and each ends a code word of its own.
    const alone = await measurePca(fitted, at(4), test, 'single');
    expect(alone.bytesPerImage).toBeGreaterThan(1);
    expect(alone).toEqual({ ...fine, bytesPerImage: alone.bytesPerImage });
    const full = (16 + 1) * 16 * 4;
    expect(fine.modelBytes).toBeGreaterThan(full);
  });

  it('need no components that the training images never use', () => {
    const coding = buildPcaCoding(trained, extremes, 1e5);
    expect(usedComponents(coding)).toBe(0);
    expect(usedComponents(buildPcaCoding(trained, extremes, 1))).toBe(16);
  });
});

describe('planPca', () => {
  it('says why it leaves large images out', () => {
    const large = { data: new Uint8Array(64 * 64), count: 1, height: 64, width: 64, channels: 1 };
    const { measurements, skipped } = planPca(large, { batches: { single: large, together: large } });
    expect(measurements).toEqual([]);
    expect(skipped[0]!.reason).toContain('4096 values');
  });

  it('says why it leaves pictures of many sizes out', () => {
    const { measurements, skipped } = planPca(patches(3), {});
    expect(measurements).toEqual([]);
    expect(skipped[0]!.reason).toContain('many sizes');
  });
});
