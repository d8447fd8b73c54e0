import { join, resolve } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import {
  BITS_FILE,
  COMPARISON_FILE,
  type Evaluation,
  isLosslessMetrics,
  LOSS_FILE,
  type LosslessMetrics,
  losslessCard,
  type Metrics,
  modelCard,
  readHistory,
  readLosslessHistory,
} from '../evaluation/index.js';
import { readIfThere } from '../files/read.js';
import { runPaths } from '../training/run-folder.js';

/** What is shipped beside a bundle: the card and the pictures that it shows. */
export interface Card {
  readonly text: string;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
}

/** How a card is made. */
export interface CardOptions {
  /** What it calls the bundle. */
  readonly name: string;
  /** False: it shows no images, whose terms may not allow it. */
  readonly images: boolean;
  readonly evaluations: readonly Evaluation[];
}

/** @throws ConvaeError `NOT_FOUND` where the run has no such file. */
export async function required<T>(path: string, content: Promise<T | undefined>): Promise<T> {
  const found = await content;
  if (found !== undefined) return found;
  throw new ConvaeError('NOT_FOUND', `expected an evaluated run with ${path}, found none`);
}

/** The card of a run out of its metrics.json. */
export const cardOfRun = (
  folder: string,
  metrics: Metrics | LosslessMetrics,
  options: CardOptions,
): Promise<Card> =>
  isLosslessMetrics(metrics)
    ? losslessCardOf(folder, metrics as LosslessMetrics, options)
    : networksCardOf(folder, metrics as Metrics, options);

/** The card of a bundle that was shipped before. */
export async function shippedCard(folder: string, images: boolean): Promise<Card> {
  const path = join(folder, 'README.md');
  const text = (await required(path, readIfThere(path))).toString();
  const pictures = await readPictures(folder, [LOSS_FILE, ...(images ? [COMPARISON_FILE, BITS_FILE] : [])]);
  // Pictures that are not there are not shown.
  const shown = text.replaceAll(/!\[[^\]]*\]\(([\w.-]+)\)\n*/g, (all, file) => (file in pictures ? all : ''));
  return { text: shown, pictures };
}

async function losslessCardOf(
  folder: string,
  metrics: LosslessMetrics,
  { name, images, evaluations }: CardOptions,
): Promise<Card> {
  const pictures = await readPictures(folder, images ? [BITS_FILE] : []);
  const parts = await Promise.all(
    evaluations.map(({ losslessCard: part }) => part?.(resolve(folder), metrics)),
  );
  const text = losslessCard(metrics, name, {
    pictures: Object.keys(pictures),
    parts: parts.filter((part) => part !== undefined),
    minutes: await trainingMinutes(runPaths(folder).epochs, readLosslessHistory),
  });
  return { text, pictures };
}

async function networksCardOf(
  folder: string,
  metrics: Metrics,
  { name, images, evaluations }: CardOptions,
): Promise<Card> {
  const pictures = await readPictures(folder, images ? [COMPARISON_FILE, LOSS_FILE] : [LOSS_FILE]);
  const columns = await Promise.all(
    evaluations.map(({ cardColumn }) => cardColumn?.(resolve(folder), metrics)),
  );
  const text = modelCard(metrics, name, {
    pictures: Object.keys(pictures),
    columns: columns.filter((column) => column !== undefined),
    minutes: await trainingMinutes(runPaths(folder).epochs, readHistory),
  });
  return { text, pictures };
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

/** Minutes that the epochs took; undefined without a training log. */
async function trainingMinutes(
  path: string,
  read: (path: string) => Promise<readonly { readonly seconds: number }[]>,
): Promise<number | undefined> {
  if ((await readIfThere(path)) === undefined) return undefined;
  return (await read(path)).reduce((sum, { seconds }) => sum + seconds, 0) / 60;
}
