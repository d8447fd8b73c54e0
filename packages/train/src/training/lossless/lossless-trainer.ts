import { ConvaeError, type ImageBatch } from '@convae/runtime/core';
import { batches } from '../../dataset/batches.js';
import type { Dataset, LabelledImages } from '../../dataset/types.js';
import type { ParameterValues } from '../../model/parameters.js';
import type { Tf } from '../../setup/backend.js';
import { flipSome } from '../flips.js';
import { learningRateAt } from '../rate/schedule.js';
import { type RunPaths, writeHistory } from '../run-folder.js';
import {
  type LosslessCheckpoint,
  type LosslessPosition,
  loadLossless,
  modelFor,
  saveLossless,
  type TrainedImage,
} from './lossless-checkpoint.js';
import { type LosslessRecord, objectiveOf } from './lossless-history.js';
import type { LosslessRecipe } from './lossless-recipe.js';
import { openPixelLearner, type PixelLearner } from './pixel-learner.js';
import { pixelParameters } from './pixel-network.js';

/** How far training is, told now and then. */
export interface LosslessProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly images: number;
  readonly total: number;
  /** Mean bits of a value in this epoch so far. */
  readonly bits: number;
  readonly imagesPerSecond: number;
}

/** Options of {@link trainLossless}. */
export interface LosslessOptions {
  readonly tf: Tf;
  readonly recipe: LosslessRecipe;
  readonly dataset: Dataset;
  readonly paths: RunPaths;
  /** Go on from the run's last checkpoint where there is one. */
  readonly resume: boolean;
  /** Ends training after the current step; what was reached is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LosslessProgress) => void;
  readonly onEpoch?: (record: LosslessRecord, best: boolean) => void;
}

/** What {@link trainLossless} reached. */
export interface LosslessResult {
  readonly stopped: 'epochs' | 'patience' | 'signal';
  readonly history: readonly LosslessRecord[];
  /** The best weights: fewest bits on validation images, or on training images where there are none. */
  readonly parameters: ParameterValues;
  readonly bestEpoch: number;
}

/** Steps between two reports of progress, and two chances for signals to arrive. */
const STEPS_PER_TURN = 4;

const beginning = (epoch: number): LosslessPosition => ({ epoch, batch: 0, bits: 0, images: 0, seconds: 0 });

/** The size of the images that a set trains. */
export const trainedImage = ({
  train: { channels, height, width },
}: Pick<Dataset, 'train'>): TrainedImage => ({
  channels: channels as TrainedImage['channels'],
  height,
  width,
});

function freshStart({ recipe, dataset }: LosslessOptions): LosslessCheckpoint {
  const image = trainedImage(dataset);
  const shapes = pixelParameters(modelFor(image, recipe));
  const parameters = shapes.map(({ initial }) => initial(recipe.seed));
  const zeros = (): Float32Array[] => parameters.map((p) => new Float32Array(p.length));
  const adam = { step: 0, first: zeros(), second: zeros() };
  return { image, recipe, position: beginning(1), parameters, adam, history: [], best: null };
}

async function openStart(options: LosslessOptions): Promise<LosslessCheckpoint> {
  if (!options.resume) return freshStart(options);
  try {
    return await loadLossless(options.paths.last);
  } catch (error) {
    // Stopped before the first checkpoint: nothing to go on from.
    if (error instanceof ConvaeError && error.code === 'NOT_FOUND') return freshStart(options);
    throw error;
  }
}

/** The images of these numbers, copied. */
function picked(set: LabelledImages, indices: Uint32Array): ImageBatch & { readonly data: Uint8Array } {
  const { height, width, channels } = set;
  const size = height * width * channels;
  const data = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    data.set(set.data.subarray(index * size, (index + 1) * size), i * size);
  });
  return { data, count: indices.length, height, width, channels };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The state of a run between two steps. */
class Run {
  readonly #options: LosslessOptions;
  readonly #image: TrainedImage;
  readonly #learner: PixelLearner;
  #position: LosslessPosition;
  #history: LosslessRecord[];
  #best: LosslessCheckpoint['best'];
  #partial: { parameters: ParameterValues; epoch: number } | undefined;

  constructor(options: LosslessOptions, start: LosslessCheckpoint) {
    this.#options = options;
    this.#image = start.image;
    this.#position = start.position;
    this.#history = [...start.history];
    this.#best = start.best;
    const model = modelFor(start.image, start.recipe);
    this.#learner = openPixelLearner(options.tf, model, { values: start.parameters, adam: start.adam });
  }

  dispose(): void {
    this.#learner.store.dispose();
  }

  async train(): Promise<LosslessResult['stopped']> {
    const { recipe, paths } = this.#options;
    await writeHistory(paths, this.#history);
    while (this.#position.epoch <= recipe.epochs) {
      if (this.#outOfPatience()) return 'patience';
      if (!(await this.#trainEpoch())) {
        await this.#stopMidEpoch();
        return 'signal';
      }
      await this.#finishEpoch();
    }
    return 'epochs';
  }

  #outOfPatience(): boolean {
    const { patience } = this.#options.recipe;
    return patience > 0 && this.#best !== null && this.#history.length - this.#best.epoch >= patience;
  }

  /** Returns false where the signal ended it early. */
  async #trainEpoch(): Promise<boolean> {
    const { dataset, recipe, signal } = this.#options;
    const { batch, seed } = recipe;
    const order = batches(dataset.train, { batch, seed, epoch: this.#position.epoch });
    while (this.#position.batch < order.length) {
      if (signal?.aborted) return false;
      this.#step(order[this.#position.batch]!, order.length);
      if (this.#position.batch % STEPS_PER_TURN === 0) await this.#turn();
    }
    return true;
  }

  #step(indices: Uint32Array, perEpoch: number): void {
    const started = performance.now();
    const { dataset, recipe } = this.#options;
    const { epoch, batch, bits, images, seconds } = this.#position;
    const pixels = picked(dataset.train, indices);
    const { count } = pixels;
    if (recipe.flips) flipSome(pixels.data, pixels, { seed: recipe.seed, epoch, batch, count });
    const reached = this.#learner.step(pixels, numbers(count), this.#learningRate(perEpoch));
    this.#checkFinite(reached);
    this.#position = {
      epoch,
      batch: batch + 1,
      bits: bits + reached * count,
      images: images + count,
      seconds: seconds + (performance.now() - started) / 1000,
    };
  }

  #learningRate(perEpoch: number): number {
    const { recipe } = this.#options;
    const { epoch, batch } = this.#position;
    const moment = { step: (epoch - 1) * perEpoch + batch, steps: recipe.epochs * perEpoch };
    return learningRateAt(recipe, moment);
  }

  #checkFinite(bits: number): void {
    if (Number.isFinite(bits)) return;
    const { epoch, batch } = this.#position;
    const message = `the bits became ${bits} in epoch ${epoch}, step ${batch + 1}. A lower --lr often helps.`;
    throw new ConvaeError('TRAINING_DIVERGED', message);
  }

  async #turn(): Promise<void> {
    this.#report();
    await new Promise(setImmediate);
  }

  #report(): void {
    const { onProgress, recipe, dataset } = this.#options;
    const { epoch, images, bits, seconds } = this.#position;
    onProgress?.({
      epoch,
      epochs: recipe.epochs,
      images,
      total: dataset.train.count,
      bits: bits / Math.max(1, images),
      imagesPerSecond: seconds > 0 ? images / seconds : 0,
    });
  }

  #measure(): LosslessRecord {
    const { dataset, recipe } = this.#options;
    const { epoch, bits, images, seconds } = this.#position;
    const { validation, train } = dataset;
    return {
      epoch,
      trainBits: bits / Math.max(1, images),
      validationBits: validation.count > 0 ? this.#learner.measure(validation) : null,
      learningRate: this.#learningRate(Math.ceil(train.count / recipe.batch)),
      seconds,
      imagesPerSecond: images / seconds,
    };
  }

  async #finishEpoch(): Promise<void> {
    this.#report();
    const record = this.#measure();
    this.#history.push(record);
    this.#position = beginning(record.epoch + 1);
    await this.#save(record);
  }

  /** Best first, then last, then the log: a kill in between repeats at most this epoch. */
  async #save(record: LosslessRecord): Promise<void> {
    const { paths, onEpoch } = this.#options;
    const isBest = this.#isBest(record);
    if (isBest) this.#best = { epoch: record.epoch, bits: objectiveOf(record) };
    const checkpoint = this.#checkpoint();
    if (isBest) await saveLossless(paths.best, checkpoint);
    await saveLossless(paths.last, checkpoint);
    await writeHistory(paths, this.#history);
    onEpoch?.(record, isBest);
  }

  #isBest(record: LosslessRecord): boolean {
    return this.#best === null || objectiveOf(record) < this.#best.bits;
  }

  /** As {@link trainNetwork} does it: what a stop leaves is never the run's best, but is returned where it is better. */
  async #stopMidEpoch(): Promise<void> {
    if (this.#position.images === 0) return;
    const { paths, onEpoch } = this.#options;
    const record = this.#measure();
    await saveLossless(paths.last, this.#checkpoint());
    this.#history = [...this.#history, record];
    await writeHistory(paths, this.#history);
    const better = this.#isBest(record);
    if (better) this.#partial = { parameters: this.#learner.store.values(), epoch: record.epoch };
    onEpoch?.(record, better);
  }

  #checkpoint(): LosslessCheckpoint {
    const { store } = this.#learner;
    return {
      image: this.#image,
      recipe: this.#options.recipe,
      position: this.#position,
      parameters: store.values(),
      adam: store.adamState(),
      history: this.#history,
      best: this.#best,
    };
  }

  async result(stopped: LosslessResult['stopped']): Promise<LosslessResult> {
    const history = this.#history;
    if (this.#partial !== undefined)
      return { stopped, history, parameters: this.#partial.parameters, bestEpoch: this.#partial.epoch };
    if (this.#best === null) throw new ConvaeError('ABORTED', 'stopped before the first training step');
    const { parameters } = await loadLossless(this.#options.paths.best);
    return { stopped, history, parameters, bestEpoch: this.#best.epoch };
  }
}

/**
 * Fit the network that gives pixel values their probabilities: Adam on the mean bits of a value, shuffled and seeded;
 * checkpoints and epochs.jsonl in the run folder after every epoch.
 *
 * @throws ConvaeError `TRAINING_DIVERGED` where the bits are NaN or infinite; the last good checkpoint stays
 */
export async function trainLossless(options: LosslessOptions): Promise<LosslessResult> {
  const start = await openStart(options);
  const run = new Run(options, start);
  try {
    return await run.result(await run.train());
  } finally {
    run.dispose();
  }
}
