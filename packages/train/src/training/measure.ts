import { inBatches, toFloats } from '../dataset/batches.js';
import type { LabelledImages } from '../dataset/types.js';
import { addNoise, type NoiseSettings } from './noise.js';
import { measureBatch, type StepContext } from './step.js';

/** Images per batch while measuring. */
const MEASURE_BATCH = 100;

/** Error of a set of images under the present weights. */
export interface SetMeasure {
  /** Mean squared error, pixels 0..1. */
  readonly mse: number;
  /** Latent channels that had one and the same value on every image: they carry nothing. */
  readonly deadChannels: number[];
}

/** Images with the noise that a recipe trains on: the same at every measurement. */
export type NoiseRecipe = NoiseSettings & { readonly seed: number };

/** Epochs count from 1, so no training batch has the noise of these. */
const MEASURE_EPOCH = 0;

/** Measure the error against clean images and find dead latent channels; `images` must not be empty. */
export function measureSet(context: StepContext, images: LabelledImages, recipe: NoiseRecipe): SetMeasure {
  let halfSum = 0;
  let low: Float32Array | undefined;
  let high: Float32Array | undefined;
  for (const [batch, some] of [...inBatches(images, MEASURE_BATCH)].entries()) {
    const target = toFloats(some);
    const { count } = some;
    const input = addNoise(target, recipe, { seed: recipe.seed, epoch: MEASURE_EPOCH, batch, count });
    const measured = measureBatch(context, { input, target, count });
    halfSum += measured.halfSum;
    low = low?.map((v, i) => Math.min(v, measured.latentMin[i]!)) ?? measured.latentMin;
    high = high?.map((v, i) => Math.max(v, measured.latentMax[i]!)) ?? measured.latentMax;
  }
  const deadChannels = [...low!.keys()].filter((channel) => low![channel] === high![channel]);
  return {
    mse: (2 * halfSum) / (images.count * images.height * images.width * images.channels),
    deadChannels,
  };
}
