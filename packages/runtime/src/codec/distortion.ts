import { checkInteger } from '../checks.js';
import type { FloatImageBatch } from '../image.js';

/**
 * Mean squared error of each image against its reconstruction.
 * @param originals float32, N×C×H×W, 0..1.
 * @param reconstructions of the same shape.
 * @returns float64, length N, 0..1.
 */
export function meanSquaredErrors(
  { data, count }: FloatImageBatch,
  reconstructions: FloatImageBatch,
): Float64Array {
  const size = data.length / count;
  const errors = new Float64Array(count);
  for (let image = 0; image < count; image++) {
    let sum = 0;
    for (let i = image * size; i < (image + 1) * size; i++) {
      sum += (data[i]! - reconstructions.data[i]!) ** 2;
    }
    errors[image] = sum / size;
  }
  return errors;
}

/** Mean squared error of two images of one size, uint8; 0..1 (pixels 0..1). */
export function meanSquaredError(original: Uint8Array, reconstruction: Uint8Array): number {
  checkInteger(reconstruction.length, 'the number of pixels', original.length, original.length);
  let sum = 0;
  for (let i = 0; i < original.length; i++) sum += (original[i]! - reconstruction[i]!) ** 2;
  return sum / (original.length * 255 ** 2);
}

/** Peak signal-to-noise ratio of a mean squared error on 0..1, decibels; Infinity where the error is 0. */
export function psnrOf(meanSquaredError: number): number {
  return -10 * Math.log10(meanSquaredError);
}
