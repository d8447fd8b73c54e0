import { basename, join, resolve } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import { writeBundleFolder } from '../bundle/index.js';
import {
  BITS_FILE,
  COMPARISON_FILE,
  type Evaluation,
  isLosslessMetrics,
  LOSS_FILE,
  type LosslessMetrics,
  losslessCard,
  METRICS_FILE,
  type Metrics,
  modelCard,
  parseLosslessMetrics,
  parseMetrics,
  readHistory,
  readLosslessHistory,
} from '../evaluation/index.js';
import { readIfThere, readJson } from '../files/read.js';
import { runPaths } from '../training/run-folder.js';

/** @throws ConvaeError `NOT_FOUND` where the run has no such file. */
async function required<T>(path: string, content: Promise<T | undefined>): Promise<T> {
  const found = await content;
  if (found !== undefined) return found;
  throw new ConvaeError('NOT_FOUND', `expected an evaluated run with ${path}, found none`);
}

/** The run's pictures, as far as it has them: there is no loss curve without a training log. */
async function readPictures(folder: string, names: readonly string[]): Promise<Record<string, Uint8Array>> {
  const pictures: Record<string, Uint8Array> = {};
  for (const name of names) {
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
async function readFiles(
  folder: string,
  { bundle }: Pick<Metrics | LosslessMetrics, 'bundle'>,
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const { file } of bundle.files) {
    const path = join(runPaths(folder).bundle, file);
    files[file] = await required(path, readIfThere(path));
  }
  return files;
}

/** Minutes that the epochs took; undefined without a training log. */
async function trainingMinutes(
  path: string,
  read: (path: string) => Promise<readonly { readonly seconds: number }[]>,
): Promise<number | undefined> {
  if ((await readIfThere(path)) === undefined) return undefined;
  return (await read(path)).reduce((sum, { seconds }) => sum + seconds, 0) / 60;
}

/** What the card of a run shows, and the pictures beside it. */
interface Card {
  readonly text: string;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
}

async function losslessCardOf(
  folder: string,
  metrics: LosslessMetrics,
  { output, images }: ShipFlags,
  evaluations: readonly Evaluation[],
): Promise<Card> {
  const pictures = await readPictures(folder, images ? [BITS_FILE] : []);
  const parts = await Promise.all(
    evaluations.map(({ losslessCard: part }) => part?.(resolve(folder), metrics)),
  );
  const text = losslessCard(metrics, basename(resolve(output)), {
    pictures: Object.keys(pictures),
    parts: parts.filter((part) => part !== undefined),
    minutes: await trainingMinutes(runPaths(folder).epochs, readLosslessHistory),
  });
  return { text, pictures };
}

async function cardOf(
  folder: string,
  metrics: Metrics,
  { output, images }: ShipFlags,
  evaluations: readonly Evaluation[],
): Promise<Card> {
  const pictures = await readPictures(folder, images ? [COMPARISON_FILE, LOSS_FILE] : [LOSS_FILE]);
  const columns = await Promise.all(
    evaluations.map(({ cardColumn }) => cardColumn?.(resolve(folder), metrics)),
  );
  const extras = {
    pictures: Object.keys(pictures),
    columns: columns.filter((column) => column !== undefined),
    minutes: await trainingMinutes(runPaths(folder).epochs, readHistory),
  };
  return { text: modelCard(metrics, basename(resolve(output)), extras), pictures };
}

/** Copy a run's bundle, with a model card out of its metrics.json, into a folder that can be shipped. */
export async function shipCommand(
  folder: string,
  flags: ShipFlags,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const { output } = flags;
  const path = join(folder, METRICS_FILE);
  const value = await required(
    path,
    readJson(path, (json) => json),
  );
  const lossless = isLosslessMetrics(value) ? parseLosslessMetrics(value) : undefined;
  const metrics = lossless ?? parseMetrics(value);
  const files = await readFiles(folder, metrics);
  const { text, pictures } = lossless
    ? await losslessCardOf(folder, lossless, flags, evaluations)
    : await cardOf(folder, metrics as Metrics, flags, evaluations);
  await writeBundleFolder(resolve(output), {
    ...files,
    ...pictures,
    'README.md': new TextEncoder().encode(text),
  });
  console.log(`${output}: bundle and model card (README.md)`);
}
