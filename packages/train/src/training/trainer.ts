import { ConvaeError } from '@convae/runtime/core';
import { batches } from '../dataset/batches.js';
import type { Dataset } from '../dataset/types.js';
import { mean } from '../figures/averages.js';
import { kltGain, kltStart, type LinearStart } from '../model/klt.js';
import type { ParameterValues } from '../model/parameters.js';
import { traceShapes } from '../model/shapes.js';
import type { ArchitectureSpec } from '../model/spec.js';
import { type Checkpoint, checkTrainable, loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { outOfPatience } from './complete.js';
import type { EpochRecord } from './history.js';
import { middleLambda } from './rate/rate-spec.js';
import type { Recipe } from './recipe.js';
import { type RunPaths, writeHistory } from './run-folder.js';
import { freshPosition, Stepper, type Task } from './stepper.js';
import { initialTrained } from './trained-parameters.js';

/** Steps between two turns of the event loop, where signals and progress are served. */
const STEPS_PER_TURN = 16;

/** How far the run is. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Images done and to do in this epoch. */
  readonly images: number;
  readonly total: number;
  /** Mean squared error over this epoch so far. */
  readonly mse: number;
  readonly imagesPerSecond: number;
}

/** Options of {@link trainNetwork}. */
export interface TrainingOptions extends Task {
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

/** What {@link trainNetwork} reached. */
export interface TrainingResult {
  readonly stopped: StopReason;
  readonly history: readonly EpochRecord[];
  /** The best weights: lowest validation error, or training error where there is no validation. */
  readonly parameters: ParameterValues;
  readonly bestEpoch: number;
}

/** The state before the first step. */
function freshStart({ spec, recipe, dataset }: Task): Checkpoint {
  const parameters = initialTrained(spec, recipe, {
    seed: recipe.seed,
    meanPixel: meanPixel(dataset),
    linear: linearOf(spec, recipe, dataset),
  });
  const zeros = (): Float32Array[] => parameters.map((p) => new Float32Array(p.length));
  const adam = { step: 0, first: zeros(), second: zeros() };
  return { spec, recipe, position: freshPosition(1), octaves: 0, parameters, adam, history: [], best: null };
}

/** The KLT of the training images, at the scale that fits lambda where rate is trained. */
function linearOf(spec: ArchitectureSpec, { rate }: Recipe, { train }: Dataset): LinearStart | undefined {
  if (spec.linear === undefined) return undefined;
  const size = { side: spec.linear.patch, latents: traceShapes(spec).latent.channels };
  return kltStart(train, size, rate === null ? 1 : kltGain(middleLambda(rate)));
}

function meanPixel({ train }: Dataset): number {
  let sum = 0;
  for (const byte of train.data) sum += byte;
  return sum / (255 * train.data.length);
}

async function openStart(options: TrainingOptions): Promise<Checkpoint> {
  if (!options.resume) return freshStart(options);
  try {
    return await loadCheckpoint(options.paths.last);
  } catch (error) {
    // Stopped before the first checkpoint: nothing to go on from.
    if (error instanceof ConvaeError && error.code === 'NOT_FOUND') return freshStart(options);
    throw error;
  }
}

/**
 * What the best weights have least of, on validation images where there are some: the squared error, or where rate is
 * trained bits + lambda · squared error, in the geometric mean over the qualities.
 */
function objectiveOf(record: EpochRecord): number {
  const points = record.rate?.validation ?? [];
  if (points.length > 0) return Math.exp(mean(points.map(({ objective }) => Math.log(objective))));
  return record.validationMse ?? record.trainMse;
}

/** The state of a run between two steps. */
class Run {
  readonly #stepper: Stepper;
  #history: EpochRecord[];
  #best: Checkpoint['best'];
  #partial: { parameters: ParameterValues; epoch: number } | undefined;
  #tensors: number | undefined;

  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions, start: Checkpoint) {
    this.#options = options;
    this.#stepper = new Stepper(options, start);
    this.#history = [...start.history];
    this.#best = start.best;
  }

  dispose(): void {
    this.#stepper.dispose();
  }

  /** Train until the recipe, the patience or the signal ends it. */
  async train(): Promise<StopReason> {
    await writeHistory(this.#options.paths, this.#history);
    while (this.#stepper.position.epoch <= this.#options.recipe.epochs) {
      if (outOfPatience({ recipe: this.#options.recipe, history: this.#history, best: this.#best }))
        return 'patience';
      if (!(await this.#trainEpoch())) {
        await this.#stopMidEpoch();
        return 'signal';
      }
      await this.#finishEpoch();
    }
    return 'epochs';
  }

  /** Returns false where the signal ended it early. */
  async #trainEpoch(): Promise<boolean> {
    const { dataset, recipe, signal } = this.#options;
    const stepper = this.#stepper;
    const order = batches(dataset.train, {
      batch: recipe.batch,
      seed: recipe.seed,
      epoch: stepper.position.epoch,
    });
    while (stepper.position.batch < order.length) {
      if (signal?.aborted) return false;
      this.#checkFinite(stepper.step(order[stepper.position.batch]!));
      if (stepper.position.batch % STEPS_PER_TURN === 0) await this.#turn();
    }
    return true;
  }

  #checkFinite(loss: number): void {
    if (Number.isFinite(loss)) return;
    const { epoch, batch } = this.#stepper.position;
    const kept =
      this.#best === null
        ? 'no epoch was completed before it'
        : `the best weights so far (epoch ${this.#best.epoch}) are kept in ${this.#options.paths.best}`;
    const message = `the loss became ${loss} in epoch ${epoch}, step ${batch}; ${kept}. A lower --lr often helps.`;
    throw new ConvaeError('TRAINING_DIVERGED', message);
  }

  async #turn(): Promise<void> {
    this.#report();
    await new Promise(setImmediate);
  }

  #report(): void {
    const { onProgress, recipe, dataset } = this.#options;
    const { epoch, images, seconds } = this.#stepper.position;
    const total = dataset.train.count;
    const imagesPerSecond = seconds > 0 ? images / seconds : 0;
    const mse = this.#stepper.epochMse();
    onProgress?.({ epoch, epochs: recipe.epochs, images, total, mse, imagesPerSecond });
  }

  async #finishEpoch(): Promise<void> {
    this.#report();
    const record = this.#stepper.measure();
    this.#checkFinite(objectiveOf(record));
    this.#history.push(record);
    this.#stepper.position = freshPosition(record.epoch + 1);
    await this.#save(record);
    this.#assertNoLeak();
  }

  /**
   * A stop in mid-epoch keeps the exact position for resuming. Its weights never become the run's best, or a
   * resumed run would end differently from an uninterrupted one; they are returned where they are better.
   */
  async #stopMidEpoch(): Promise<void> {
    if (this.#stepper.position.images === 0) return;
    const record = this.#stepper.measure();
    await saveCheckpoint(this.#options.paths.last, this.#checkpoint());
    this.#history = [...this.#history, record];
    await writeHistory(this.#options.paths, this.#history);
    const better = this.#isBest(record);
    if (better) this.#partial = { parameters: this.#stepper.state().parameters, epoch: record.epoch };
    this.#options.onEpoch?.(record, better);
  }

  /** Under other lambdas objectives do not compare: what follows the target is better than what did before. */
  #isBest(record: EpochRecord): boolean {
    const best = this.#best;
    if (best === null || objectiveOf(record) < best.objective) return true;
    return record.rate?.octaves !== this.#history[best.epoch - 1]?.rate?.octaves;
  }

  /** Best first, then last, then the log: a kill in between repeats at most this epoch. */
  async #save(record: EpochRecord): Promise<void> {
    const objective = objectiveOf(record);
    const isBest = this.#isBest(record);
    if (isBest) this.#best = { epoch: record.epoch, objective };
    const checkpoint = this.#checkpoint();
    const { paths } = this.#options;
    if (isBest) await saveCheckpoint(paths.best, checkpoint);
    await saveCheckpoint(paths.last, checkpoint);
    await writeHistory(paths, this.#history);
    this.#options.onEpoch?.(record, isBest);
  }

  #checkpoint(): Checkpoint {
    const { spec, recipe } = this.#options;
    return { spec, recipe, ...this.#stepper.state(), history: this.#history, best: this.#best };
  }

  #assertNoLeak(): void {
    const { numTensors } = this.#options.tf.memory();
    this.#tensors ??= numTensors;
    if (numTensors !== this.#tensors) {
      throw new Error(`tensors leak: ${this.#tensors} at the end of the first epoch, ${numTensors} now`);
    }
  }

  /** What the run has to show for itself. */
  async result(stopped: StopReason): Promise<TrainingResult> {
    const history = this.#history;
    if (this.#partial !== undefined) {
      return { stopped, history, parameters: this.#partial.parameters, bestEpoch: this.#partial.epoch };
    }
    if (this.#best === null) throw new ConvaeError('ABORTED', 'stopped before the first training step');
    const { parameters } = await loadCheckpoint(this.#options.paths.best);
    return { stopped, history, parameters, bestEpoch: this.#best.epoch };
  }
}

/**
 * Fit the network: Adam on the mean squared error, shuffled and seeded; checkpoints and epochs.jsonl in the run
 * folder after every epoch.
 *
 * @throws ConvaeError `TRAINING_DIVERGED` where the loss is NaN or infinite; the last good checkpoint stays;
 *   `LIMIT_EXCEEDED` beforehand where there are more parameters than a checkpoint holds
 */
export async function trainNetwork(options: TrainingOptions): Promise<TrainingResult> {
  checkTrainable(options.spec, options.recipe);
  const start = await openStart(options);
  const run = new Run(options, start);
  try {
    return await run.result(await run.train());
  } finally {
    run.dispose();
  }
}
