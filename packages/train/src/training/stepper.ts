import { psnrOf } from '@convae/runtime/core';
import { gather } from '../dataset/batches.js';
import type { Dataset } from '../dataset/types.js';
import type { ArchitectureSpec } from '../model/spec.js';
import type { Tf } from '../setup/backend.js';
import type { Checkpoint, Position } from './checkpoint.js';
import { flipSome } from './flips.js';
import type { EpochRecord, RateRecord } from './history.js';
import { type Learner, type LearnerMeasure, openLearner } from './learner.js';
import { addNoise } from './noise.js';
import { learningRateAt, type Moment } from './rate/schedule.js';
import type { Recipe } from './recipe.js';
import { trainedShapes } from './trained-parameters.js';

/** What is trained on what, and how. */
export interface Task {
  readonly tf: Tf;
  readonly spec: ArchitectureSpec;
  readonly recipe: Recipe;
  readonly dataset: Dataset;
}

/** The part of a checkpoint that changes from step to step. */
export type StepState = Pick<Checkpoint, 'parameters' | 'adam' | 'position' | 'octaves'>;

/** The position before the first batch of an epoch. */
export const freshPosition = (epoch: number): Position => ({
  epoch,
  batch: 0,
  halfSum: 0,
  factorizedBits: 0,
  contextBits: 0,
  images: 0,
  seconds: 0,
});

/** Weights under training: takes steps and knows where it stands. */
export class Stepper {
  position: Position;
  readonly #learner: Learner;
  readonly #buffer: Float32Array;
  readonly #pixelsPerImage: number;
  readonly #task: Task;

  constructor(task: Task, start: StepState) {
    this.#task = task;
    const { tf, spec, recipe, dataset } = task;
    this.#learner = openLearner(tf, task, {
      shapes: trainedShapes(spec, recipe),
      values: start.parameters,
      adam: start.adam,
      octaves: start.octaves,
    });
    this.position = start.position;
    const { height, width, channels } = dataset.train;
    this.#pixelsPerImage = height * width * channels;
    this.#buffer = new Float32Array(recipe.batch * this.#pixelsPerImage);
  }

  dispose(): void {
    this.#learner.store.dispose();
  }

  /** Train on one batch; returns its loss (half the sum of squared errors). */
  step(indices: Uint32Array): number {
    const started = performance.now();
    const { dataset, recipe } = this.#task;
    const { epoch, batch, images, seconds, ...sums } = this.position;
    const target = gather(dataset.train, indices, this.#buffer);
    const count = indices.length;
    const drawn = { seed: recipe.seed, epoch, batch, count };
    if (recipe.flips) flipSome(target, dataset.train, drawn);
    const input = addNoise(target, recipe, drawn);
    const place = { epoch, batch, ...this.#moment() };
    const loss = this.#learner.step({ input, target, count }, place);
    this.position = {
      epoch,
      batch: batch + 1,
      halfSum: sums.halfSum + loss.halfSum,
      factorizedBits: sums.factorizedBits + loss.factorizedBits,
      contextBits: sums.contextBits + loss.contextBits,
      images: images + count,
      seconds,
    };
    this.#learner.steer(this.#moment());
    this.position = { ...this.position, seconds: seconds + (performance.now() - started) / 1000 };
    return loss.halfSum;
  }

  #moment(): Moment {
    const { dataset, recipe } = this.#task;
    const perEpoch = Math.ceil(dataset.train.count / recipe.batch);
    const { epoch, batch } = this.position;
    return { step: (epoch - 1) * perEpoch + batch, steps: recipe.epochs * perEpoch };
  }

  /** Mean squared error over the epoch so far, under the weights of each step. */
  epochMse(): number {
    const { halfSum, images } = this.position;
    return (2 * halfSum) / (Math.max(1, images) * this.#pixelsPerImage);
  }

  /** What the epoch so far looks like, validation included. */
  measure(): EpochRecord {
    const { dataset, recipe } = this.#task;
    const { epoch, images, seconds } = this.position;
    const trainMse = this.epochMse();
    const { validation } = dataset;
    const measured = validation.count > 0 ? this.#learner.measure() : undefined;
    return {
      epoch,
      trainMse,
      validationMse: measured?.mse ?? null,
      trainPsnr: psnrOf(trainMse),
      validationPsnr: measured === undefined ? null : psnrOf(measured.mse),
      learningRate: learningRateAt(recipe, this.#moment()),
      seconds,
      imagesPerSecond: images / seconds,
      deadChannels: measured?.deadChannels ?? [],
      ...(recipe.rate === null ? {} : { rate: this.#rateRecord(measured) }),
    };
  }

  #rateRecord(measured: LearnerMeasure | undefined): RateRecord {
    const { factorizedBits, contextBits, images, epoch } = this.position;
    const { epochs, rate } = this.#task.recipe;
    // In the epoch in which the context network joins, its bits are not those of all images.
    const joined = contextBits > 0 && epoch - 1 >= rate!.contextFrom * epochs;
    return {
      factorizedBytes: factorizedBits / 8 / Math.max(1, images),
      contextBytes: joined ? contextBits / 8 / images : null,
      octaves: this.#learner.octaves,
      training: measured?.points?.training ?? [],
      validation: measured?.points?.validation ?? [],
    };
  }

  state(): StepState {
    const { store, octaves } = this.#learner;
    return { octaves, parameters: store.values(), adam: store.adamState(), position: this.position };
  }
}
