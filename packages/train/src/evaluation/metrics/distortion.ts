import { type FloatImageBatch, type ImageBatch, meanSquaredError, sliceBatch } from '@convae/runtime/core';
import { assertSameShape } from './shape.js';

/** Mean squared error of one image, 0..1, from values 0..1. */
type PerImageMse = Float64Array;

/**
 * Mean squared error of each pair of images: float64, length count, 0..1 (pixels divided by 255).
 * @throws RangeError where the two batches differ in shape.
 */
export function msePerImage(originals: ImageBatch, reconstructions: ImageBatch): PerImageMse {
  assertSameShape(originals, reconstructions);
  const pixels = (images: ImageBatch, n: number): Uint8Array => sliceBatch(images, n, n + 1).data;
  return Float64Array.from({ length: originals.count }, (_, n) =>
    meanSquaredError(pixels(originals, n), pixels(reconstructions, n)),
  );
}

/**
 * Mean squared error of each image against the decoder's unrounded output: float64, length count, values 0..1.
 * @throws RangeError where the two batches differ in shape.
 */
export function floatMsePerImage(originals: ImageBatch, reconstructions: FloatImageBatch): PerImageMse {
  assertSameShape(originals, reconstructions);
  const { count, height, width, channels } = originals;
  const pixels = height * width;
  const result = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const start = n * pixels * channels;
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) {
        const original = originals.data[start + p * channels + c]! / 255;
        sum += (original - reconstructions.data[start + c * pixels + p]!) ** 2;
      }
    }
    result[n] = sum / (pixels * channels);
  }
  return result;
}
