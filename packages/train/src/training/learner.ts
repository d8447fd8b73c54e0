import type { ImageBatch } from '@convae/runtime/core';
import { spread } from '../dataset/split.js';
import type { Dataset } from '../dataset/types.js';
import { traceShapes } from '../model/shapes.js';
import type { ArchitectureSpec } from '../model/spec.js';
import type { Tf } from '../setup/backend.js';
import type { RatePoint } from './history.js';
import { measureSet } from './measure.js';
import type { ParameterStore, StoreStart } from './parameter-store.js';
import { drawQuality } from './rate/draw.js';
import { measurePoints } from './rate/rate-measure.js';
import type { RateSpec } from './rate/rate-spec.js';
import { centre, type RateContext, rateStep } from './rate/rate-step.js';
import { centresAt, learningRateAt, type Moment, rateStepOptions } from './rate/schedule.js';
import { correct, raised, settle, steeringAt } from './rate/steering.js';
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
  /** Where rate is trained: those of the validation images, and of as many training images at most. */
  readonly points?: { readonly validation: readonly RatePoint[]; readonly training: readonly RatePoint[] };
}

/** Where a batch stands, and what its random numbers depend on. */
interface BatchPlace extends Moment {
  readonly epoch: number;
  readonly batch: number;
}

/** Takes steps on one kind of loss. */
export interface Learner {
  readonly store: ParameterStore;
  /** log2 of the factor on the recipe's lambdas. */
  readonly octaves: number;
  step(batch: StepBatch, place: BatchPlace): LossSums;
  /** Follow the recipe's target, where it has one and it is time, when so many steps are done. */
  steer(moment: Moment): void;
  /** Of the validation images, of which there must be some. */
  measure(): LearnerMeasure;
}

/** What a learner begins with. */
export interface LearnerStart extends StoreStart {
  readonly octaves: number;
}

/** The learner on the mean squared error. */
function distortionLearner(context: StepContext, recipe: Recipe, { validation }: Dataset): Learner {
  return {
    store: context.store,
    octaves: 0,
    step: (batch, place) => ({
      halfSum: trainingStep(context, batch, learningRateAt(recipe, place)),
      factorizedBits: 0,
      contextBits: 0,
    }),
    steer: () => undefined,
    measure: () => measureSet(context, validation, recipe),
  };
}

/** Training images that rate and distortion are measured on, most. */
const MEASURED_TRAINING_IMAGES = 500;

/** What a learner for rate trains. */
interface RateTask {
  readonly recipe: Recipe;
  readonly rate: RateSpec;
  readonly dataset: Dataset;
}

/** The learner on bits + lambda · squared error. */
class RateLearner implements Learner {
  octaves: number;
  readonly #context: Omit<RateContext, 'rate'>;
  readonly #task: RateTask;
  /** Training images to compare validation images with. */
  readonly #compared: ImageBatch;

  constructor(context: Omit<RateContext, 'rate'>, task: RateTask, octaves: number) {
    this.octaves = octaves;
    this.#context = context;
    this.#task = task;
    const { train, validation } = task.dataset;
    this.#compared = spread(train, Math.min(validation.count, MEASURED_TRAINING_IMAGES));
  }

  get store(): ParameterStore {
    return this.#context.store;
  }

  /** With lambdas as they are now. */
  #now(): RateContext {
    return { ...this.#context, rate: raised(this.#task.rate, this.octaves) };
  }

  step(batch: StepBatch, place: BatchPlace): LossSums {
    const { recipe, rate } = this.#task;
    const { height, width, channels } = this.#context.shapes.latent;
    const drawn = drawQuality(rate, batch.count * height * width * channels, { seed: recipe.seed, ...place });
    if (centresAt(rate, place)) centre(this.#now(), batch);
    const sums = rateStep(this.#now(), { ...batch, ...drawn }, rateStepOptions(recipe, rate, place));
    return { ...sums, halfSum: sums.squaredError / 2 };
  }

  steer(moment: Moment): void {
    const { rate, dataset } = this.#task;
    const turn = steeringAt(rate, moment);
    if (turn === 'nothing') return;
    const images = dataset.validation.count > 0 ? dataset.validation : dataset.train;
    const view = { images, target: rate.target!, done: moment.step / moment.steps };
    this.octaves += turn === 'correct' ? correct(this.#now(), view) : settle(this.#now(), view, turn);
  }

  measure(): LearnerMeasure {
    const measured = (images: ImageBatch): RatePoint[] => measurePoints(this.#now(), images);
    const points = {
      validation: measured(this.#task.dataset.validation),
      training: measured(this.#compared),
    };
    return { mse: 10 ** (-points.validation.at(-1)!.psnr / 10), deadChannels: [], points };
  }
}

/** The learner that a recipe asks for. */
export function openLearner(
  tf: Tf,
  { spec, recipe, dataset }: { spec: ArchitectureSpec; recipe: Recipe; dataset: Dataset },
  start: LearnerStart,
): Learner {
  const context = { tf, ...openEngine(tf, start), shapes: traceShapes(spec) };
  const { rate } = recipe;
  if (rate === null) return distortionLearner(context, recipe, dataset);
  return new RateLearner(context, { recipe, rate, dataset }, start.octaves);
}
