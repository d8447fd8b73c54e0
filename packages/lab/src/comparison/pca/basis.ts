import type { ImageBatch } from '@convae/runtime';
import { momentsOf, principalAxes } from '@convae/train/kit';

/** Principal components of images: orthonormal, the one of the largest variance first. */
export interface PcaBasis {
  readonly dimensions: number;
  /** float32, pixels 0..255. */
  readonly mean: Float32Array;
  /** float32, component-major: component k is entries k·dimensions … */
  readonly components: Float32Array;
  /** float64, descending, pixels 0..255 squared. */
  readonly variances: Float64Array;
}

/** Fits the components of images by the eigenvectors of their covariance. @throws RangeError without images. */
export function fitBasis(images: ImageBatch): PcaBasis {
  const { dimensions, mean, covariance } = momentsOf(images);
  const axes = principalAxes(covariance, dimensions);
  const components = new Float32Array(dimensions * dimensions);
  for (const [k, { direction }] of axes.entries()) components.set(direction, k * dimensions);
  const variances = Float64Array.from(axes, ({ variance }) => Math.max(0, variance));
  return { dimensions, mean: Float32Array.from(mean), components, variances };
}

/** Images → float32, N × components. */
export function project(basis: PcaBasis, images: ImageBatch): Float32Array {
  const { dimensions } = basis;
  const byPixel = transposed(basis.components, dimensions);
  const origin = new Float64Array(dimensions);
  for (let i = 0; i < dimensions; i++) addRow(origin, byPixel, i, -basis.mean[i]!);
  const coefficients = new Float32Array(images.count * dimensions);
  const sums = new Float64Array(dimensions);
  for (let n = 0; n < images.count; n++) {
    sums.set(origin);
    for (let i = 0; i < dimensions; i++) {
      const value = images.data[n * dimensions + i]!;
      if (value !== 0) addRow(sums, byPixel, i, value);
    }
    coefficients.set(sums, n * dimensions);
  }
  return coefficients;
}

/** Coefficients → images, rounded and clipped to 0..255. */
export function reconstruct(
  basis: PcaBasis,
  coefficients: Float32Array,
  shape: Omit<ImageBatch, 'data'>,
): ImageBatch {
  const { dimensions, mean, components } = basis;
  const data = new Uint8ClampedArray(shape.count * dimensions);
  const sums = new Float64Array(dimensions);
  for (let n = 0; n < shape.count; n++) {
    sums.set(mean);
    for (let k = 0; k < dimensions; k++) {
      const value = coefficients[n * dimensions + k]!;
      if (value !== 0) addRow(sums, components, k, value);
    }
    // Uint8ClampedArray rounds to the nearest integer and clips.
    data.set(sums, n * dimensions);
  }
  return { ...shape, data: new Uint8Array(data.buffer) };
}

/** sums += factor · row of a square matrix. */
function addRow(sums: Float64Array, matrix: Float32Array, row: number, factor: number): void {
  const start = row * sums.length;
  for (let i = 0; i < sums.length; i++) sums[i]! += factor * matrix[start + i]!;
}

function transposed(matrix: Float32Array, size: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) result[j * size + i] = matrix[i * size + j]!;
  }
  return result;
}
