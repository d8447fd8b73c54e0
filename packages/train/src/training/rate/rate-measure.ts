import { type ImageBatch, psnrOf } from '@convae/runtime/core';
import { inBatches, toFloats } from '../../dataset/batches.js';
import type { RatePoint } from '../history.js';
import { measureRate, type RateContext, type RateSums } from './rate-step.js';
import type { Reached } from './target.js';

/** Images per batch while measuring. */
const MEASURE_BATCH = 100;

const BITS_PER_BYTE = 8;

function sumsOf(context: RateContext, images: ImageBatch, quality: number): RateSums {
  const sums = { squaredError: 0, factorizedBits: 0, contextBits: 0 };
  for (const some of inBatches(images, MEASURE_BATCH)) {
    const input = toFloats(some);
    const found = measureRate(context, { input, target: input, count: some.count, quality });
    sums.squaredError += found.squaredError;
    sums.factorizedBits += found.factorizedBits;
    sums.contextBits += found.contextBits;
  }
  return sums;
}

/** Rate and distortion of images at hard rounding, at one quality; `images` must not be empty. */
export function measurePoint(context: RateContext, images: ImageBatch, quality: number): RatePoint {
  const { rate } = context;
  const { count, height, width, channels } = images;
  const lambda = rate.lambdas[quality]!;
  const { squaredError, factorizedBits, contextBits } = sumsOf(context, images, quality);
  const bits = rate.context === null ? factorizedBits : contextBits;
  return {
    lambda,
    psnr: psnrOf(squaredError / (count * height * width * channels)),
    factorizedBytes: factorizedBits / count / BITS_PER_BYTE,
    contextBytes: rate.context === null ? null : contextBits / count / BITS_PER_BYTE,
    objective: (bits + lambda * squaredError) / count,
  };
}

/** {@link measurePoint} at every quality. */
export const measurePoints = (context: RateContext, images: ImageBatch): RatePoint[] =>
  context.rate.lambdas.map((_, quality) => measurePoint(context, images, quality));

/** PSNR, and bytes under the prior that codes where there are two. */
export const reachedBy = ({ psnr, contextBytes, factorizedBytes }: RatePoint): Reached => ({
  psnr,
  bytes: contextBytes ?? factorizedBytes,
});
