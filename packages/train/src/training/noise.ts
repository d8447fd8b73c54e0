import { createRandom } from '../dataset/random.js';

/** Stream number of the noise, so that it is independent of weights and shuffles. */
const NOISE_STREAM = 0x4e;

/**
 * Pixels plus Gaussian noise, clipped to 0..1; the noise of a batch depends on seed, epoch and batch alone.
 *
 * @param clean float32, 0..1
 * @param sigma standard deviation, pixels 0..1; 0 returns `clean` itself
 */
export function addNoise(
  clean: Float32Array,
  sigma: number,
  where: { seed: number; epoch: number; batch: number },
): Float32Array {
  if (sigma === 0) return clean;
  const random = createRandom(where.seed, NOISE_STREAM, where.epoch, where.batch);
  const noisy = random.fillNormal(new Float32Array(clean.length), sigma);
  for (let i = 0; i < noisy.length; i++) noisy[i] = Math.min(Math.max(noisy[i]! + clean[i]!, 0), 1);
  return noisy;
}
