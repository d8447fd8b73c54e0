import type { LabelledImages } from '../dataset/types.js';
import { traceShapes } from '../model/shapes.js';
import type { ArchitectureSpec } from '../model/spec.js';
import type { Tf } from '../setup/backend.js';
import type { RatePoint } from './history.js';
import { measureSet } from './measure.js';
import type { ParameterStore, StoreStart } from './parameter-store.js';
import { drawQuality } from './rate/draw.js';
import { measurePoints } from './rate/rate-measure.js';
import type { RateSpec } from './rate/rate-spec.js';
import { type RateContext, rateStep } from './rate/rate-step.js';
import { learningRateAt, type Moment, rateStepOptions } from './rate/schedule.js';
import type { Recipe } from './recipe.js';
import { openEngine, type StepBatch, type StepContext, trainingStep } from './step.js';

/** Sums over the images of a batch or an epoch. */
interface LossSums {
  /** Half the sum of squared errors, pixels 0..1. */
  readonly halfSum: number;
  /** Bits under both priors; 0 where rate is not trained, or without that prior. */
  readonly factorizedBits: number;
  readonly contextBits: number;
}

/** What a set of images measures under the present weights. */
export interface LearnerMeasure {
  /** Mean squared error, pixels 0..1. */
  readonly mse: number;
  /** Latent channels of one value; empty where rate is trained. */
  readonly deadChannels: readonly number[];
  /** Where rate is trained. */
  readonly points?: readonly RatePoint[];
}

/** Where a batch stands, and what its random numbers depend on. */
interface BatchPlace extends Moment {
  readonly epoch: number;
  readonly batch: number;
}

/** Takes steps on one kind of loss. */
export interface Learner {
  readonly store: ParameterStore;
  step(batch: StepBatch, place: BatchPlace): LossSums;
  measure(images: LabelledImages): LearnerMeasure;
}

/** The learner on the mean squared error. */
function distortionLearner(context: StepContext, recipe: Recipe): Learner {
  return {
    store: context.store,
    step: (batch, place) => ({
      halfSum: trainingStep(context, batch, learningRateAt(recipe, place)),
      factorizedBits: 0,
      contextBits: 0,
    }),
    measure: (images) => measureSet(context, images, recipe),
  };
}

/** The learner on bits + lambda · squared error. */
function rateLearner(context: RateContext, recipe: Recipe, rate: RateSpec): Learner {
  const { height, width, channels } = context.shapes.latent;
  return {
    store: context.store,
    step: (batch, place) => {
      const drawn = drawQuality(rate, batch.count * height * width * channels, {
        seed: recipe.seed,
        ...place,
      });
      const sums = rateStep(context, { ...batch, ...drawn }, rateStepOptions(recipe, rate, place));
      return { ...sums, halfSum: sums.squaredError / 2 };
    },
    measure: (images) => {
      const points = measurePoints(context, images);
      return { mse: 10 ** (-points.at(-1)!.psnr / 10), deadChannels: [], points };
    },
  };
}

/** The learner that a recipe asks for. */
export function openLearner(tf: Tf, spec: ArchitectureSpec, recipe: Recipe, start: StoreStart): Learner {
  const context = { tf, ...openEngine(tf, start), shapes: traceShapes(spec) };
  return recipe.rate === null
    ? distortionLearner(context, recipe)
    : rateLearner({ ...context, rate: recipe.rate }, recipe, recipe.rate);
}
