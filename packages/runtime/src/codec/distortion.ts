import { checkInteger } from '../checks.js';
import type { FloatImageBatch, ImageBatch } from '../image.js';

/**
 * Mean squared error of each image against its reconstruction, both uint8 or both float32. The squared errors of RGBA
 * images' colours count by the original's alpha, so what is transparent costs nothing; those of alpha count whole; their
 * sum is divided by 4 · pixels.
 * @returns float64, length N, 0..1 (pixels 0..1).
 * @throws RangeError where the batches differ in length.
 */
export function meanSquaredErrors<T extends ImageBatch | FloatImageBatch>(
  originals: T,
  reconstructions: T,
): Float64Array {
  const { data, count, channels } = originals;
  checkInteger(reconstructions.data.length, 'the number of pixel values', data.length, data.length);
  const sum = channels === 4 ? weightedSum : plainSum;
  const size = data.length / count;
  const peak = data instanceof Float32Array ? 1 : 255;
  return Float64Array.from({ length: count }, (_, image) => {
    return sum(originals, reconstructions.data, image * size) / (size * peak ** 2);
  });
}

type Pixels = Uint8Array | Float32Array;

function plainSum({ data, count }: ImageBatch | FloatImageBatch, output: Pixels, start: number): number {
  const end = start + data.length / count;
  let sum = 0;
  for (let i = start; i < end; i++) sum += (data[i]! - output[i]!) ** 2;
  return sum;
}

function weightedSum(
  { data, height, width }: ImageBatch | FloatImageBatch,
  output: Pixels,
  start: number,
): number {
  const area = height * width;
  // Float images lie plane by plane, uint8 images pixel by pixel.
  const [pixel, channel, opaque] = data instanceof Float32Array ? [1, area, 1] : [4, 1, 255];
  const squared = (i: number): number => (data[i]! - output[i]!) ** 2;
  let sum = 0;
  for (let p = 0; p < area; p++) {
    const red = start + p * pixel;
    const alpha = red + 3 * channel;
    const colours = squared(red) + squared(red + channel) + squared(red + 2 * channel);
    sum += (colours * data[alpha]!) / opaque + squared(alpha);
  }
  return sum;
}

/** The mean over a batch of {@link meanSquaredErrors}. @throws RangeError where the batches differ in length. */
export function meanSquaredError<T extends ImageBatch | FloatImageBatch>(
  originals: T,
  reconstructions: T,
): number {
  const errors = meanSquaredErrors(originals, reconstructions);
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** Peak signal-to-noise ratio of a mean squared error on 0..1, decibels; Infinity where the error is 0. */
export function psnrOf(meanSquaredError: number): number {
  return -10 * Math.log10(meanSquaredError);
}
