import { ConvaeError, UsageError } from '@convae/runtime/core';
import type { Dataset } from '../dataset/index.js';
import { type Evaluation, measuredFiles } from '../evaluation/index.js';
import { createdBy } from '../files/version.js';
import type { ParameterValues } from '../model/parameters.js';
import { parseSpec } from '../model/parse.js';
import { traceShapes } from '../model/shapes.js';
import type { ArchitectureSpec, ImageShape } from '../model/spec.js';
import { computeSettings, loadBackend, type Tf } from '../setup/index.js';
import { checkTrainable } from '../training/checkpoint.js';
import type { EpochRecord } from '../training/history.js';
import { middleLambda } from '../training/rate/rate-spec.js';
import { targetText } from '../training/rate/target.js';
import { checkSameRun, type Recipe } from '../training/recipe.js';
import {
  clearRun,
  type RunPaths,
  readRunSettings,
  runPaths,
  writeRunSettings,
} from '../training/run-folder.js';
import { type StopReason, trainNetwork } from '../training/trainer.js';
import { untilInterrupt } from './interrupt.js';
import { trainingDisplay } from './progress.js';
import type { DataFlags } from './recorded.js';
import {
  checkCrop,
  checkTarget,
  dataSettings,
  datasetOf,
  fittedRecipe,
  fittedTo,
  imageShapeOf,
  multipleOf,
  radiusOf,
  recipeOf,
  specOf,
  type TrainFlags,
} from './settings.js';
import { tensorboardLog } from './tensorboard.js';

/** What training hands to export and evaluation. */
export interface TrainedRun {
  readonly tf: Tf;
  readonly paths: RunPaths;
  readonly flags: TrainFlags;
  readonly dataset: Dataset;
  readonly spec: ArchitectureSpec;
  readonly recipe: Recipe;
  readonly parameters: ParameterValues;
  readonly bestEpoch: number;
  readonly history: readonly EpochRecord[];
  readonly stopped: StopReason;
}

/** How a run folder that already holds a run is treated. */
export interface FolderFlags {
  readonly out: string;
  /** Go on with the run of the folder, under the settings recorded there. */
  readonly resume: boolean;
  /** Start anew, removing the run of the folder. */
  readonly force: boolean;
  /** Folder for TensorBoard's event files. */
  readonly tensorboard?: string;
}

/** The settings that decide the weights, flat, as run.json records and compares them. */
export function recordedSettings(
  flags: DataFlags & Pick<TrainFlags, 'backend'>,
  spec: ArchitectureSpec,
  recipe: Recipe,
): Record<string, unknown> {
  const own = { ...dataSettings(flags), backend: flags.backend, architecture: spec, ...recipe };
  return JSON.parse(JSON.stringify(own)) as Record<string, unknown>;
}

function announce(
  dataset: Dataset,
  spec: ArchitectureSpec,
  recipe: Recipe,
  asked: { readonly epochs: number; readonly channels: number | undefined },
): void {
  const { train, validation, crops } = dataset;
  const { latent } = traceShapes(spec);
  const shape = (s: { channels: number; height: number; width: number }): string =>
    `${s.channels}×${s.height}×${s.width}`;
  console.log(
    `${dataset.name}: ${train.count.toLocaleString('en')} training and ${validation.count.toLocaleString('en')} validation images of ${shape(train)}`,
  );
  if (crops !== undefined) {
    const left =
      crops.leftOut === 0 ? '' : `; ${crops.leftOut.toLocaleString('en')} smaller ones are left out`;
    console.log(`training images are crops of ${crops.pictures.toLocaleString('en')} pictures${left}`);
  }
  if (train.channels === 4 && asked.channels === undefined)
    console.log('some images have transparency: all are RGBA; --channels 3 lays them over white');
  console.log(
    `network "${spec.name}": ${shape(train)} → ${shape(latent)} → ${shape(train)}; Adam ${recipe.learningRate}, batch ${recipe.batch}, seed ${recipe.seed}`,
  );
  if (recipe.epochs > asked.epochs) {
    const steps = recipe.epochs * Math.ceil(train.count / recipe.batch);
    console.log(
      `${recipe.epochs} epochs, to make ${steps.toLocaleString('en')} steps; --epochs sets another number`,
    );
  }
  if (recipe.rate?.target) {
    const { target, lambdas } = recipe.rate;
    console.log(
      `target: ${targetText(target)} on the validation images; lambda begins at ${middleLambda(recipe.rate)}, with ${lambdas.length} qualities`,
    );
  }
}

/**
 * Make the folder ready for a run with these settings.
 *
 * @param measured names of files that measuring leaves there
 * @returns whether the run that the folder holds goes on
 */
export async function prepareFolder(
  paths: RunPaths,
  folder: FolderFlags,
  settings: Record<string, unknown>,
  measured: readonly string[],
): Promise<boolean> {
  const existing = await readRunSettings(paths);
  if (existing !== undefined && folder.force) await clearRun(paths, measured);
  const goesOn = existing !== undefined && !folder.force;
  if (goesOn) checkSameRun(existing.settings, settings, paths.folder);
  await writeRunSettings(paths, {
    format: 'convae-run',
    version: 1,
    createdBy,
    command: commandLine(),
    computing: computeSettings(),
    settings,
  });
  return goesOn;
}

/** The command as a person would type it. */
export function commandLine(): string {
  const quoted = process.argv
    .slice(2)
    .map((a) => (/^[\w./:=@%+,-]+$/.test(a) ? a : `'${a.replaceAll("'", "'\\''")}'`));
  return ['convae-train', ...quoted].join(' ');
}

function recordedImage({ recordedSpec }: TrainFlags): ImageShape | undefined {
  return recordedSpec === undefined ? undefined : parseSpec(recordedSpec).image;
}

/** Images that are fitted to a size get one that the network can divide, or that of the run that is resumed. */
async function openTrainingData(flags: TrainFlags): Promise<Dataset> {
  const image = recordedImage(flags);
  if (image !== undefined) return datasetOf(fittedTo(flags, image));
  const multiple = flags.fit === undefined ? undefined : await multipleOf(flags);
  return datasetOf(flags, { multiple });
}

/** The architecture for images of this shape; where their size is one that it does not take, --fit is named. */
async function fittingSpec(flags: TrainFlags, image: ImageShape): Promise<ArchitectureSpec> {
  try {
    return await specOf(flags, image);
  } catch (error) {
    const multiple = await multipleOf(flags);
    const fits = image.height % multiple === 0 && image.width % multiple === 0;
    if (fits || !(error instanceof ConvaeError)) throw error;
    const message = `${error.message}; --fit pad, crop or resize brings images to one`;
    throw new ConvaeError(error.code, message, { cause: error });
  }
}

async function eventLog(tf: Tf, { tensorboard }: FolderFlags): Promise<(record: EpochRecord) => void> {
  return tensorboard === undefined ? () => undefined : tensorboardLog(tf, tensorboard);
}

/** Event files are written by TensorFlow itself. */
function checkEvents({ backend }: TrainFlags, { tensorboard }: FolderFlags): void {
  if (tensorboard !== undefined && backend !== 'tensorflow')
    throw new UsageError(`expected the backend tensorflow beside --tensorboard, received ${backend}`);
}

/** Train, or go on training, in the run folder; Ctrl-C ends it with what it has. */
export async function trainStage(
  flags: TrainFlags,
  folder: FolderFlags,
  evaluations: readonly Evaluation[],
): Promise<TrainedRun> {
  checkEvents(flags, folder);
  await checkCrop(flags);
  await checkTarget(flags);
  const paths = runPaths(folder.out);
  const asked = recipeOf(flags, await radiusOf(flags));
  const dataset = await openTrainingData(flags);
  const spec = await fittingSpec(flags, imageShapeOf(dataset));
  const recipe = fittedRecipe(asked, flags, dataset, spec);
  checkTrainable(spec, recipe);
  const settings = recordedSettings(flags, spec, recipe);
  const resume = await prepareFolder(paths, folder, settings, measuredFiles(evaluations));
  announce(dataset, spec, recipe, { epochs: asked.epochs, channels: flags.channels });
  const tf = await loadBackend(flags.backend);
  const log = await eventLog(tf, folder);
  const display = trainingDisplay(recipe.epochs);
  const interrupt = untilInterrupt(() => {
    display.stop();
    console.error('stopping after this step; press Ctrl-C again to stop at once');
  });
  try {
    const onProgress = display.progress;
    const onEpoch = (record: EpochRecord, best: boolean): void => {
      display.epoch(record, best);
      log(record);
    };
    const result = await trainNetwork({
      tf,
      spec,
      recipe,
      dataset,
      paths,
      resume,
      signal: interrupt.signal,
      onProgress,
      onEpoch,
    });
    return { tf, paths, flags, dataset, spec, recipe, ...result };
  } finally {
    interrupt.release();
    display.stop();
  }
}
