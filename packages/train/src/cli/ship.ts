import { basename, join, resolve } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import { writeBundleFolder } from '../bundle/index.js';
import {
  COMPARISON_FILE,
  type Evaluation,
  LOSS_FILE,
  METRICS_FILE,
  type Metrics,
  modelCard,
  parseMetrics,
  readHistory,
} from '../evaluation/index.js';
import { readIfThere, readJson } from '../files/read.js';
import { runPaths } from '../training/run-folder.js';

/** @throws ConvaeError `NOT_FOUND` where the run has no such file. */
async function required<T>(path: string, content: Promise<T | undefined>): Promise<T> {
  const found = await content;
  if (found !== undefined) return found;
  throw new ConvaeError('NOT_FOUND', `expected an evaluated run with ${path}, found none`);
}

/**
 * The run's pictures, as far as it has them: there is no loss curve without a training log.
 *
 * @param images false: none that shows images of the data set.
 */
async function readPictures(folder: string, images: boolean): Promise<Record<string, Uint8Array>> {
  const pictures: Record<string, Uint8Array> = {};
  for (const name of images ? [COMPARISON_FILE, LOSS_FILE] : [LOSS_FILE]) {
    const bytes = await readIfThere(join(folder, name));
    if (bytes !== undefined) pictures[name] = bytes;
  }
  return pictures;
}

/** Flags of `ship`. */
export interface ShipFlags {
  readonly output: string;
  /** False: the card shows no images, whose terms may not allow it. */
  readonly images: boolean;
}

/** The files that metrics.json names, out of the run's bundle. */
async function readFiles(folder: string, { bundle }: Metrics): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const { file } of bundle.files) {
    const path = join(runPaths(folder).bundle, file);
    files[file] = await required(path, readIfThere(path));
  }
  return files;
}

/** Minutes that the epochs took; undefined without a training log. */
async function trainingMinutes(path: string): Promise<number | undefined> {
  if ((await readIfThere(path)) === undefined) return undefined;
  return (await readHistory(path)).reduce((sum, { seconds }) => sum + seconds, 0) / 60;
}

/** Copy a run's bundle, with a model card out of its metrics.json, into a folder that can be shipped. */
export async function shipCommand(
  folder: string,
  { output, images }: ShipFlags,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const path = join(folder, METRICS_FILE);
  const metrics = await required(path, readJson(path, parseMetrics));
  const files = await readFiles(folder, metrics);
  const pictures = await readPictures(folder, images);
  const columns = await Promise.all(
    evaluations.map(({ cardColumn }) => cardColumn?.(resolve(folder), metrics)),
  );
  const extras = {
    pictures: Object.keys(pictures),
    columns: columns.filter((column) => column !== undefined),
    minutes: await trainingMinutes(runPaths(folder).epochs),
  };
  const card = new TextEncoder().encode(modelCard(metrics, basename(resolve(output)), extras));
  await writeBundleFolder(resolve(output), { ...files, ...pictures, 'README.md': card });
  console.log(`${output}: bundle and model card (README.md)`);
}
