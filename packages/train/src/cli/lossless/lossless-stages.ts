import { ConvaeError, SparseLines } from '@convae/runtime';
import { type ExportedLossless, exportLossless } from '../../bundle/index.js';
import type { Dataset } from '../../dataset/index.js';
import {
  type Evaluation,
  evaluateLossless,
  type LosslessMetrics,
  measuredFiles,
  readLosslessHistory,
} from '../../evaluation/index.js';
import { loadBackend, type Tf } from '../../setup/index.js';
import {
  type LosslessCheckpoint,
  loadLossless,
  modelFor,
} from '../../training/lossless/lossless-checkpoint.js';
import type { LosslessRecipe } from '../../training/lossless/lossless-recipe.js';
import {
  type LosslessResult,
  trainedImage,
  trainLossless,
} from '../../training/lossless/lossless-trainer.js';
import { type RunPaths, type RunSettings, readRunSettings, runPaths } from '../../training/run-folder.js';
import { untilInterrupt } from '../interrupt.js';
import { losslessDisplay } from '../progress.js';
import { recordedData } from '../recorded.js';
import { dataSettings, datasetOf, fittedTo } from '../settings.js';
import { tensorflowVersion } from '../tensorflow-version.js';
import { commandLine, prepareFolder } from '../train-stage.js';
import {
  fittedToImages,
  isLosslessRun,
  LOSSLESS_KIND,
  type LosslessFlags,
  recordedLossless,
} from './lossless-flags.js';

/** What training hands to export and evaluation. */
export interface LosslessRun extends LosslessResult {
  readonly tf: Tf;
  readonly paths: RunPaths;
  readonly dataset: Dataset;
  readonly recipe: LosslessRecipe;
}

/** Every value counts, those that nobody sees too. */
const EXACT = { exact: true } as const;

const count = (n: number): string => n.toLocaleString('en');

function announce({ name, train, validation, crops }: Dataset, recipe: LosslessRecipe): void {
  const { channels, height, width } = train;
  const { network, batch, epochs, learningRate, seed } = recipe;
  const { grid } = modelFor({ channels: channels as 1 | 3 | 4, height, width }, recipe);
  console.log(
    `${name}: ${count(train.count)} training and ${count(validation.count)} validation images of ${channels}×${height}×${width}${crops === undefined ? '' : `, crops of ${count(crops.pictures)} pictures`}`,
  );
  console.log(
    `context network on pixel values: radius ${network.radius}, ${network.hidden1} and ${network.hidden2} units, ${network.components} components, ${grid.height}×${grid.width} places; ${epochs} epochs, Adam ${learningRate}, batch ${batch}, seed ${seed}`,
  );
}

/** The settings that decide the weights, flat, as run.json records and compares them. */
function recordedSettings({ data, backend }: LosslessFlags, recipe: LosslessRecipe): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify({ ...dataSettings(data), backend, kind: LOSSLESS_KIND, ...recipe }),
  ) as Record<string, unknown>;
}

/** Train, or go on training, in the run folder; Ctrl-C ends it with what it has. */
export async function trainLosslessStage(
  flags: LosslessFlags,
  evaluations: readonly Evaluation[],
): Promise<LosslessRun> {
  const paths = runPaths(flags.out);
  const dataset = await datasetOf(flags.data, EXACT);
  const recipe = fittedToImages(flags, dataset.train);
  const resume = await prepareFolder(
    paths,
    flags,
    recordedSettings(flags, recipe),
    measuredFiles(evaluations),
  );
  announce(dataset, recipe);
  const tf = await loadBackend(flags.backend);
  const display = losslessDisplay(recipe.epochs);
  const interrupt = untilInterrupt(() => {
    display.stop();
    console.error('stopping after this step; press Ctrl-C again to stop at once');
  });
  try {
    const { progress: onProgress, epoch: onEpoch } = display;
    const { signal } = interrupt;
    const result = await trainLossless({ tf, recipe, dataset, paths, resume, signal, onProgress, onEpoch });
    return { tf, paths, dataset, recipe, ...result };
  } finally {
    interrupt.release();
    display.stop();
  }
}

/** What a run leaves for export, wherever it comes from: just trained, or read from its folder. */
type Exportable = Omit<LosslessRun, 'stopped'>;

/** Export a run's best weights as a lossless bundle. */
export async function exportLosslessStage(run: Exportable): Promise<ExportedLossless> {
  const { tf, paths, dataset, recipe, parameters, history, bestEpoch } = run;
  const { network, ...training } = recipe;
  const best = history.findLast(({ epoch }) => epoch === bestEpoch);
  const bits = best?.validationBits;
  return exportLossless({
    tf,
    model: modelFor(trainedImage(dataset), recipe),
    parameters,
    train: dataset.train,
    outDir: paths.bundle,
    name: `${dataset.name}-lossless`,
    training: {
      dataset: dataset.name,
      images: dataset.train.count,
      validationImages: dataset.validation.count,
      loss: 'bits of a pixel value',
      optimizer: 'adam',
      network,
      ...training,
      epochsDone: history.at(-1)?.epoch ?? 0,
      exportedEpoch: bestEpoch,
    },
    metrics:
      best === undefined
        ? {}
        : { trainBits: best.trainBits, ...(bits == null ? {} : { validationBits: bits }) },
  });
}

/** Seconds between two lines while a bundle is measured. */
const MEASURING_INTERVAL = 10;

/** Measure a run's bundle on the test images and write its report. */
export async function evaluateLosslessStage(run: {
  readonly paths: RunPaths;
  readonly dataset: Dataset;
  readonly recipe: LosslessRecipe;
  readonly command?: string;
  readonly evaluations: readonly Evaluation[];
  /** Where it was trained in this process. */
  readonly tf?: Tf;
}): Promise<LosslessMetrics> {
  const { paths, dataset, recipe } = run;
  const lines = new SparseLines(MEASURING_INTERVAL);
  return evaluateLossless({
    bundleDir: paths.bundle,
    runDir: paths.folder,
    test: await dataset.loadTest(),
    pictures: await dataset.testPictures?.(),
    dataset,
    command: run.command ?? commandLine(),
    history: await readLosslessHistory(paths.epochs),
    recipe: { ...recipe },
    evaluations: run.evaluations,
    versions: run.tf === undefined ? undefined : { TensorFlow: tensorflowVersion(run.tf) },
    onProgress: ({ done, total }) => lines.maybe(() => `measuring ${Math.floor((100 * done) / total)}%`),
  });
}

async function bestCheckpoint({ best, last }: RunPaths): Promise<LosslessCheckpoint> {
  try {
    return await loadLossless(best);
  } catch (error) {
    // A run that was stopped in its first epoch has only its last state.
    if (error instanceof ConvaeError && error.code === 'NOT_FOUND') return loadLossless(last);
    throw error;
  }
}

/** The settings of a lossless run; undefined where the folder holds another run, or none. */
async function settingsOf(paths: RunPaths): Promise<RunSettings | undefined> {
  const recorded = await readRunSettings(paths);
  return recorded !== undefined && isLosslessRun(recorded) ? recorded : undefined;
}

/** Read a lossless run back from its folder, ready for export; undefined where it holds none. */
export async function openLosslessRun(folder: string): Promise<Exportable | undefined> {
  const paths = runPaths(folder);
  const recorded = await settingsOf(paths);
  if (recorded === undefined) return undefined;
  const { image, recipe, parameters, best, position } = await bestCheckpoint(paths);
  const flags = recordedData(recorded.settings, paths.settings);
  const dataset = await datasetOf(fittedTo(flags, image), EXACT);
  const tf = await loadBackend(flags.backend);
  const history = await readLosslessHistory(paths.epochs);
  return { tf, paths, dataset, recipe, parameters, history, bestEpoch: best?.epoch ?? position.epoch };
}

/** What evaluation needs of a lossless run whose bundle exists already; undefined where the folder holds none. */
export async function openExportedLossless(
  folder: string,
): Promise<Omit<Parameters<typeof evaluateLosslessStage>[0], 'evaluations'> | undefined> {
  const paths = runPaths(folder);
  const recorded = await settingsOf(paths);
  if (recorded === undefined) return undefined;
  const { settings, command } = recorded;
  const recipe = recordedLossless(settings, paths.settings);
  const { image } = await bestCheckpoint(paths);
  const dataset = await datasetOf(fittedTo(recordedData(settings, paths.settings), image), EXACT);
  return { paths, dataset, recipe, command };
}
