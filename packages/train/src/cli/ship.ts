import { basename, join, resolve } from 'node:path';
import { type BundleFiles, ConvaeError, MANIFEST_FILE } from '@convae/runtime/core';
import { openBundle } from '@convae/runtime/node';
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
import { type NpmName, writeNpmPackage } from './npm-package.js';

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
  /** Write a package for npm instead of a bundle. */
  readonly npm?: NpmName;
  /** SPDX, of that package. */
  readonly license: string;
  /** True: that package decodes only. */
  readonly decoderOnly: boolean;
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

/** What is shipped: the card and the pictures that it shows. */
interface Card {
  readonly text: string;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
}

/** The card of a run, called `name`, out of its metrics.json. */
async function cardOfRun(
  folder: string,
  metrics: Metrics,
  name: string,
  images: boolean,
  evaluations: readonly Evaluation[],
): Promise<Card> {
  const pictures = await readPictures(folder, images);
  const columns = await Promise.all(
    evaluations.map(({ cardColumn }) => cardColumn?.(resolve(folder), metrics)),
  );
  const extras = {
    pictures: Object.keys(pictures),
    columns: columns.filter((column) => column !== undefined),
    minutes: await trainingMinutes(runPaths(folder).epochs),
  };
  return { text: modelCard(metrics, name, extras), pictures };
}

/** The card of a bundle that was shipped before. */
async function shippedCard(folder: string, images: boolean): Promise<Card> {
  const path = join(folder, 'README.md');
  const text = (await required(path, readIfThere(path))).toString();
  const pictures = await readPictures(folder, images);
  // Pictures that are not there are not shown.
  const shown = text.replaceAll(/!\[[^\]]*\]\(([\w.-]+)\)\n*/g, (all, file) => (file in pictures ? all : ''));
  return { text: shown, pictures };
}

/** Bundle and card of a run, or of a bundle that was shipped. */
async function readShipped(
  folder: string,
  { output, images }: ShipFlags,
  evaluations: readonly Evaluation[],
): Promise<Card & { readonly bundle: BundleFiles }> {
  const path = join(folder, METRICS_FILE);
  const metrics = await readJson(path, parseMetrics);
  if (metrics === undefined && (await readIfThere(join(folder, MANIFEST_FILE))) !== undefined)
    return { ...(await shippedCard(folder, images)), bundle: await openBundle(folder) };
  const found = await required(path, Promise.resolve(metrics));
  const card = await cardOfRun(folder, found, basename(resolve(output)), images, evaluations);
  return { ...card, bundle: await openBundle(runPaths(folder).bundle) };
}

/**
 * Copy a run's bundle, with a model card out of its metrics.json, into a folder that can be shipped; or make a package for
 * npm of it, or of a bundle that was shipped.
 */
export async function shipCommand(
  folder: string,
  flags: ShipFlags,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const { output, images, npm } = flags;
  if (npm !== undefined) {
    const { bundle, text, pictures } = await readShipped(folder, flags, evaluations);
    await writeNpmPackage({ ...flags, npm, bundle, card: text, pictures });
    console.log(`${output}: package ${npm.name}@${npm.version}, for npm publish`);
    return;
  }
  const path = join(folder, METRICS_FILE);
  const metrics = await required(path, readJson(path, parseMetrics));
  const files = await readFiles(folder, metrics);
  const { text, pictures } = await cardOfRun(folder, metrics, basename(resolve(output)), images, evaluations);
  await writeBundleFolder(resolve(output), { ...files, ...pictures, 'README.md': encode(text) });
  console.log(`${output}: bundle and model card (README.md)`);
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
