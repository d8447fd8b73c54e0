import { ConvaeError } from '@convae/runtime/core';
import { batches, gather } from '../dataset/batches.js';
import type { Dataset } from '../dataset/types.js';
import { initialParameters } from '../model/initialise.js';
import { type ParameterValues, parameterShapes } from '../model/parameters.js';
import { traceShapes } from '../model/shapes.js';
import type { ArchitectureSpec } from '../model/spec.js';
import type { Tf } from '../setup/backend.js';
import { type Checkpoint, loadCheckpoint, type Position, saveCheckpoint } from './checkpoint.js';
import type { EpochRecord } from './history.js';
import { measureSet } from './measure.js';
import { addNoise } from './noise.js';
import type { Recipe } from './recipe.js';
import { type RunPaths, writeHistory } from './run-folder.js';
import { openEngine, type StepContext, trainingStep } from './step.js';

/** Steps between two turns of the event loop, where signals and progress are served. */
const STEPS_PER_TURN = 16;

/** How far the run is; times in seconds. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Images done and to do in this epoch. */
  readonly images: number;
  readonly total: number;
  /** Mean squared error over this epoch so far. */
  readonly mse: number;
  readonly imagesPerSecond: number;
  readonly etaSeconds: number;
}

export interface TrainingOptions {
  readonly tf: Tf;
  readonly spec: ArchitectureSpec;
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly paths: RunPaths;
  /** Go on from the run's last checkpoint where there is one. */
  readonly resume: boolean;
  /** Ends training after the current step; what was reached is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onEpoch?: (record: EpochRecord, best: boolean) => void;
}

/** Why training ended. */
export type StopReason = 'epochs' | 'patience' | 'signal';

export interface TrainingResult {
  readonly stopped: StopReason;
  readonly history: readonly EpochRecord[];
  /** The best weights: lowest validation error, or training error where there is no validation. */
  readonly parameters: ParameterValues;
  readonly bestEpoch: number;
}

/** 10·log10(1/mse), dB, for pixels 0..1. */
export const psnr = (mse: number): number => -10 * Math.log10(mse);

const freshPosition = (epoch: number): Position => ({ epoch, batch: 0, halfSum: 0, images: 0, seconds: 0 });

function meanPixel(dataset: Dataset): number {
  const { data } = dataset.train;
  let sum = 0;
  for (const byte of data) sum += byte;
  return sum / (255 * data.length);
}

function startCheckpoint(options: TrainingOptions): Checkpoint {
  const { spec, recipe, dataset } = options;
  const parameters = initialParameters(spec, recipe.seed, meanPixel(dataset));
  const zeros = (): Float32Array[] => parameters.map((p) => new Float32Array(p.length));
  const adam = { step: 0, first: zeros(), second: zeros() };
  return { spec, recipe, position: freshPosition(1), parameters, adam, history: [], best: null };
}

async function openStart(options: TrainingOptions): Promise<Checkpoint> {
  if (!options.resume) return startCheckpoint(options);
  try {
    return await loadCheckpoint(options.paths.last);
  } catch (error) {
    // Stopped before the first checkpoint: nothing to go on from.
    if (error instanceof ConvaeError && error.code === 'NOT_FOUND') return startCheckpoint(options);
    throw error;
  }
}

/** The error by which the best weights are chosen: on validation images where there are some. */
const selectionError = (record: EpochRecord): number => record.validationMse ?? record.trainMse;

/** The state of a run between two steps. */
class Run {
  private readonly context: StepContext;
  private position: Position;
  private history: EpochRecord[];
  private best: Checkpoint['best'];
  private partial: { parameters: ParameterValues; epoch: number } | undefined;
  private tensors: number | undefined;
  private readonly buffer: Float32Array;
  private readonly pixelsPerImage: number;

  constructor(
    private readonly options: TrainingOptions,
    start: Checkpoint,
  ) {
    const { tf, spec, recipe, dataset } = options;
    const shapes = parameterShapes(spec);
    const engine = openEngine(tf, { shapes, values: start.parameters, adam: start.adam });
    this.context = { tf, ...engine, shapes: traceShapes(spec) };
    this.position = start.position;
    this.history = [...start.history];
    this.best = start.best;
    const { height, width, channels } = dataset.train;
    this.pixelsPerImage = height * width * channels;
    this.buffer = new Float32Array(recipe.batch * this.pixelsPerImage);
  }

  dispose(): void {
    this.context.store.dispose();
  }

  /** Train until the recipe, the patience or the signal ends it. */
  async train(): Promise<StopReason> {
    await writeHistory(this.options.paths, this.history);
    while (this.position.epoch <= this.options.recipe.epochs) {
      if (this.outOfPatience()) return 'patience';
      if (!(await this.trainEpoch())) {
        await this.stopMidEpoch();
        return 'signal';
      }
      await this.finishEpoch();
    }
    return 'epochs';
  }

  private outOfPatience(): boolean {
    const { patience } = this.options.recipe;
    return patience > 0 && this.best !== null && this.history.length - this.best.epoch >= patience;
  }

  /** Returns false where the signal ended it early. */
  private async trainEpoch(): Promise<boolean> {
    const { dataset, recipe, signal } = this.options;
    const order = batches(dataset.train, {
      batch: recipe.batch,
      seed: recipe.seed,
      epoch: this.position.epoch,
    });
    const before = this.position.seconds;
    const started = performance.now();
    while (this.position.batch < order.length) {
      if (signal?.aborted) return false;
      this.step(order[this.position.batch]!);
      const seconds = before + (performance.now() - started) / 1000;
      this.position = { ...this.position, seconds };
      if (this.position.batch % STEPS_PER_TURN === 0) await this.turn();
    }
    return true;
  }

  private step(indices: Uint32Array): void {
    const { dataset, recipe } = this.options;
    const { epoch, batch, halfSum, images, seconds } = this.position;
    const target = gather(dataset.train, indices, this.buffer);
    const input = addNoise(target, recipe.noise, { seed: recipe.seed, epoch, batch });
    const loss = trainingStep(this.context, { input, target, count: indices.length }, recipe.learningRate);
    if (!Number.isFinite(loss)) throw this.diverged(loss);
    this.position = {
      epoch,
      batch: batch + 1,
      halfSum: halfSum + loss,
      images: images + indices.length,
      seconds,
    };
  }

  private diverged(loss: number): ConvaeError {
    const { epoch, batch } = this.position;
    const kept =
      this.best === null
        ? 'no epoch was completed before it'
        : `the best weights so far (epoch ${this.best.epoch}) are kept in ${this.options.paths.best}`;
    return new ConvaeError(
      'TRAINING_DIVERGED',
      `the loss became ${loss} in epoch ${epoch}, step ${batch + 1}; ${kept}. A lower --lr often helps.`,
    );
  }

  private async turn(): Promise<void> {
    this.report();
    await new Promise(setImmediate);
  }

  private report(): void {
    const { onProgress, recipe, dataset } = this.options;
    const { epoch, images, seconds } = this.position;
    const total = dataset.train.count;
    const imagesPerSecond = seconds > 0 ? images / seconds : 0;
    const left = (recipe.epochs - epoch + 1) * total - images;
    const etaSeconds = imagesPerSecond > 0 ? left / imagesPerSecond : 0;
    onProgress?.({
      epoch,
      epochs: recipe.epochs,
      images,
      total,
      mse: this.epochMse(),
      imagesPerSecond,
      etaSeconds,
    });
  }

  private epochMse(): number {
    const { halfSum, images } = this.position;
    return (2 * halfSum) / (Math.max(1, images) * this.pixelsPerImage);
  }

  private measure(): EpochRecord {
    const { dataset, recipe } = this.options;
    const { epoch, images, seconds } = this.position;
    const trainMse = this.epochMse();
    const { validation } = dataset;
    const measured = validation.count > 0 ? measureSet(this.context, validation) : undefined;
    if (measured !== undefined && !Number.isFinite(measured.mse)) throw this.diverged(measured.mse);
    return {
      epoch,
      trainMse,
      validationMse: measured?.mse ?? null,
      trainPsnr: psnr(trainMse),
      validationPsnr: measured === undefined ? null : psnr(measured.mse),
      learningRate: recipe.learningRate,
      seconds,
      imagesPerSecond: images / seconds,
      deadChannels: measured?.deadChannels ?? [],
    };
  }

  private async finishEpoch(): Promise<void> {
    this.report();
    const record = this.measure();
    this.history.push(record);
    this.position = freshPosition(record.epoch + 1);
    await this.save(record);
    this.assertNoLeak();
  }

  /**
   * A stop in mid-epoch keeps the exact position for resuming. Its weights never become the run's best, or a
   * resumed run would end differently from an uninterrupted one; they are returned where they are better.
   */
  private async stopMidEpoch(): Promise<void> {
    if (this.position.images === 0) return;
    const record = this.measure();
    await saveCheckpoint(this.options.paths.last, this.checkpoint());
    this.history = [...this.history, record];
    await writeHistory(this.options.paths, this.history);
    const better = this.best === null || selectionError(record) < this.best.mse;
    if (better) this.partial = { parameters: this.context.store.values(), epoch: record.epoch };
    this.options.onEpoch?.(record, better);
  }

  /** Best first, then last, then the log: a kill in between repeats at most this epoch. */
  private async save(record: EpochRecord): Promise<void> {
    const mse = selectionError(record);
    const isBest = this.best === null || mse < this.best.mse;
    if (isBest) this.best = { epoch: record.epoch, mse };
    const checkpoint = this.checkpoint();
    const { paths } = this.options;
    if (isBest) await saveCheckpoint(paths.best, checkpoint);
    await saveCheckpoint(paths.last, checkpoint);
    await writeHistory(paths, this.history);
    this.options.onEpoch?.(record, isBest);
  }

  private checkpoint(): Checkpoint {
    const { spec, recipe } = this.options;
    const { store } = this.context;
    const { position, history, best } = this;
    return { spec, recipe, position, parameters: store.values(), adam: store.adamState(), history, best };
  }

  private assertNoLeak(): void {
    const { numTensors } = this.options.tf.memory();
    this.tensors ??= numTensors;
    if (numTensors !== this.tensors) {
      throw new Error(`tensors leak: ${this.tensors} at the end of the first epoch, ${numTensors} now`);
    }
  }

  /** What the run has to show for itself. */
  async result(stopped: StopReason): Promise<TrainingResult> {
    const { history } = this;
    if (this.partial !== undefined) {
      return { stopped, history, parameters: this.partial.parameters, bestEpoch: this.partial.epoch };
    }
    if (this.best === null) throw new ConvaeError('ABORTED', 'stopped before the first training step');
    const { parameters } = await loadCheckpoint(this.options.paths.best);
    return { stopped, history, parameters, bestEpoch: this.best.epoch };
  }
}

/**
 * Fit the network: Adam on the mean squared error, shuffled and seeded; checkpoints and epochs.jsonl in the run
 * folder after every epoch.
 *
 * @throws ConvaeError `TRAINING_DIVERGED` where the loss is NaN or infinite; the last good checkpoint stays
 */
export async function trainNetwork(options: TrainingOptions): Promise<TrainingResult> {
  const start = await openStart(options);
  const run = new Run(options, start);
  try {
    return await run.result(await run.train());
  } finally {
    run.dispose();
  }
}
