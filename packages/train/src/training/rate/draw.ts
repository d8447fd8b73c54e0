import { createRandom } from '../../dataset/random.js';
import type { RateSpec } from './rate-spec.js';

/** Stream number of qualities and quantization noise. */
const QUANTIZATION_STREAM = 0x71;

/**
 * The quality of a batch and the noise in place of its rounding; they depend on seed, epoch and batch alone.
 *
 * @returns noise float32, uniform in −0.5..0.5, in units of the step.
 */
export function drawQuality(
  { lambdas }: RateSpec,
  values: number,
  { seed, epoch, batch }: { seed: number; epoch: number; batch: number },
): { quality: number; noise: Float32Array } {
  const random = createRandom(seed, QUANTIZATION_STREAM, epoch, batch);
  const quality = random.below(lambdas.length);
  const noise = new Float32Array(values);
  for (let i = 0; i < values; i++) noise[i] = random.uniform() - 0.5;
  return { quality, noise };
}
