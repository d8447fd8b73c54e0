import { join } from 'node:path';
import { ConvaeError, type ImageBatch, MANIFEST_FILE, sliceBatch } from '@convae/runtime/core';
import { type ExportedBundle, exportBundle, type Parity } from '../bundle/index.js';
import type { Dataset } from '../dataset/index.js';
import { type Evaluation, evaluateBundle, type Metrics, readHistory } from '../evaluation/index.js';
import { readJson } from '../files/read.js';
import { buildLayersNetwork } from '../model/build.js';
import { describeLayers } from '../model/describe.js';
import { parseSpec } from '../model/parse.js';
import { roundedParameters, type WeightStorage } from '../model/round-weights.js';
import { traceShapes } from '../model/shapes.js';
import { loadBackend, type Tf } from '../setup/index.js';
import { type Checkpoint, loadCheckpoint } from '../training/checkpoint.js';
import { raised } from '../training/rate/steering.js';
import { trainedCoding } from '../training/rate/trained-coding.js';
import { type RunPaths, type RunSettings, readRunSettings, runPaths } from '../training/run-folder.js';
import { recordedData, recordedRecipe } from './recorded.js';
import { datasetOf, fittedTo } from './settings.js';
import { tensorflowVersion } from './tensorflow-version.js';
import { commandLine, type TrainedRun } from './train-stage.js';

/** Images on which the exported graphs are compared with tfjs before anything is written. */
const PARITY_IMAGES = 64;

/** Real images that are no test images. */
function paritySamples({ validation, train }: Dataset): ImageBatch {
  const images = validation.count > 0 ? validation : train;
  return sliceBatch<ImageBatch>(images, 0, Math.min(PARITY_IMAGES, images.count));
}

/** What a run leaves for export, wherever it comes from: just trained, or read from its folder. */
export type Exportable = Pick<
  TrainedRun,
  'tf' | 'paths' | 'dataset' | 'spec' | 'recipe' | 'parameters' | 'bestEpoch' | 'history'
>;

/** The lambdas that a target led to, one for each quality. */
function lambdasReached({ recipe: { rate }, history, bestEpoch }: Exportable): { lambdas?: number[] } {
  const octaves = history.findLast(({ epoch }) => epoch === bestEpoch)?.rate?.octaves;
  if (rate === null || rate.target === null || octaves === undefined) return {};
  return { lambdas: raised(rate, octaves).lambdas.map((lambda) => Number(lambda.toPrecision(4))) };
}

function trainingSummary(run: Exportable): Record<string, unknown> {
  const { dataset, recipe, bestEpoch, history } = run;
  return {
    dataset: dataset.name,
    images: dataset.train.count,
    validationImages: dataset.validation.count,
    loss: recipe.rate === null ? 'mean squared error' : 'bits + lambda · squared error',
    optimizer: 'adam',
    ...recipe,
    ...lambdasReached(run),
    epochsDone: history.at(-1)?.epoch ?? 0,
    exportedEpoch: bestEpoch,
  };
}

function trainingMetrics({ history, bestEpoch }: Exportable): Record<string, number> {
  const record = history.findLast((r) => r.epoch === bestEpoch);
  if (record === undefined) return {};
  const { trainMse, validationMse, validationPsnr } = record;
  return { trainMse, ...(validationMse === null ? {} : { validationMse, validationPsnr: validationPsnr! }) };
}

/** How a bundle is written. */
export interface ExportFlags {
  /** Take the decoder's fused form where it is measured faster. */
  readonly optimize: boolean;
  /** How kernels are stored; int8 where rate was trained and nothing is said, else float32. */
  readonly weights?: WeightStorage;
}

/** Export a run's best weights as a bundle, checked against tfjs before anything is written. */
export async function exportStage(
  run: Exportable,
  { optimize, weights }: ExportFlags,
): Promise<ExportedBundle> {
  const { tf, spec, dataset, paths, parameters } = run;
  const storage = weights ?? (run.recipe.rate === null ? 'float32' : 'int8');
  const values = roundedParameters(spec, parameters, storage);
  const network = buildLayersNetwork(tf, spec, values);
  try {
    return await exportBundle({
      tf,
      encoder: network.encoder,
      decoder: network.decoder,
      outDir: paths.bundle,
      samples: paritySamples(dataset),
      name: `${dataset.name}-${spec.name}`,
      architecture: spec,
      training: trainingSummary(run),
      metrics: trainingMetrics(run),
      anySize: traceShapes(spec).anySize,
      optimize,
      tables: {
        training: dataset.train,
        validation: dataset.validation,
        placeTables: dataset.crops === undefined,
        ...trainedCoding(run),
      },
    });
  } finally {
    network.dispose();
  }
}

/** Measure a run's bundle on the test images and write its report. */
export async function evaluateStage(run: {
  readonly paths: RunPaths;
  readonly dataset: Dataset;
  readonly spec: Exportable['spec'];
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly command?: string;
  readonly parity?: { encoder: number; decoder: number } | undefined;
  readonly evaluations?: readonly Evaluation[];
  /** Where it was trained in this process. */
  readonly tf?: Tf;
}): Promise<Metrics> {
  const { paths, dataset, spec } = run;
  return evaluateBundle({
    bundleDir: paths.bundle,
    test: await dataset.loadTest(),
    pictures: await dataset.testPictures?.(),
    dataset,
    runDir: paths.folder,
    command: run.command ?? commandLine(),
    history: await readHistory(paths.epochs),
    layers: describeLayers(spec),
    recipe: run.recipe,
    parity: run.parity,
    evaluations: run.evaluations,
    versions: run.tf === undefined ? undefined : { TensorFlow: tensorflowVersion(run.tf) },
  });
}

async function requireSettings(paths: RunPaths): Promise<RunSettings> {
  const settings = await readRunSettings(paths);
  if (settings !== undefined) return settings;
  throw new ConvaeError(
    'NOT_FOUND',
    `expected a training run in ${paths.folder} (a folder with run.json), found none`,
  );
}

async function bestCheckpoint(paths: RunPaths): Promise<Checkpoint> {
  try {
    return await loadCheckpoint(paths.best);
  } catch (error) {
    // A run that was stopped in its first epoch has only its last state.
    if (error instanceof ConvaeError && error.code === 'NOT_FOUND') return loadCheckpoint(paths.last);
    throw error;
  }
}

/** Read a run back from its folder, ready for export. */
export async function openRun(folder: string): Promise<Exportable & { readonly command: string }> {
  const paths = runPaths(folder);
  const { settings, command } = await requireSettings(paths);
  const checkpoint = await bestCheckpoint(paths);
  const flags = recordedData(settings, paths.settings);
  const dataset = await datasetOf(fittedTo(flags, checkpoint.spec.image));
  const tf = await loadBackend(flags.backend);
  const { spec, recipe, parameters, best, position } = checkpoint;
  const history = await readHistory(paths.epochs);
  const bestEpoch = best?.epoch ?? position.epoch;
  return { tf, paths, dataset, spec, recipe, parameters, bestEpoch, history, command };
}

/** Read what evaluation needs from a run folder whose bundle exists already. */
export async function openExported(folder: string): Promise<Parameters<typeof evaluateStage>[0]> {
  const paths = runPaths(folder);
  const { settings, command } = await requireSettings(paths);
  const spec = parseSpec(settings.architecture);
  const flags = recordedData(settings, paths.settings);
  const recipe = { ...recordedRecipe(settings, paths.settings) };
  const dataset = await datasetOf(fittedTo(flags, spec.image));
  const manifest = await readJson(join(paths.bundle, MANIFEST_FILE), (value) => value as { parity?: Parity });
  if (manifest === undefined)
    throw new ConvaeError('NOT_FOUND', `expected an exported bundle in ${paths.bundle}, found none`);
  return { paths, dataset, spec, recipe, command, parity: manifest.parity };
}
