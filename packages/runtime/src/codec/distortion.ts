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
