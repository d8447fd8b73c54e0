import { basename, join, resolve } from 'node:path';
import { type BundleFiles, MANIFEST_FILE } from '@convae/runtime/core';
import { openBundle } from '@convae/runtime/node';
import { writeBundleFolder } from '../bundle/index.js';
import {
  type Evaluation,
  isLosslessMetrics,
  type LosslessMetrics,
  METRICS_FILE,
  type Metrics,
  parseLosslessMetrics,
  parseMetrics,
} from '../evaluation/index.js';
import { readIfThere, readJson } from '../files/read.js';
import { runPaths } from '../training/run-folder.js';
import { type NpmName, writeNpmPackage } from './npm-package.js';
import { type Card, type CardOptions, cardOfRun, required, shippedCard } from './ship-card.js';

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

const anyMetrics = (value: unknown): Metrics | LosslessMetrics =>
  isLosslessMetrics(value) ? parseLosslessMetrics(value) : parseMetrics(value);

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

/** Bundle and card of a run, or of a bundle that was shipped. */
async function readShipped(
  folder: string,
  options: CardOptions,
): Promise<Card & { readonly bundle: BundleFiles }> {
  const path = join(folder, METRICS_FILE);
  const metrics = await readJson(path, anyMetrics);
  if (metrics === undefined && (await readIfThere(join(folder, MANIFEST_FILE))) !== undefined)
    return { ...(await shippedCard(folder, options.images)), bundle: await openBundle(folder) };
  const card = await cardOfRun(folder, await required(path, Promise.resolve(metrics)), options);
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
  const options = { name: basename(resolve(output)), images, evaluations };
  if (npm !== undefined) {
    const { bundle, text, pictures } = await readShipped(folder, options);
    await writeNpmPackage({ ...flags, npm, bundle, card: text, pictures });
    console.log(`${output}: package ${npm.name}@${npm.version}, for npm publish`);
    return;
  }
  const path = join(folder, METRICS_FILE);
  const metrics = await required(path, readJson(path, anyMetrics));
  const files = await readFiles(folder, metrics);
  const { text, pictures } = await cardOfRun(folder, metrics, options);
  const card = { 'README.md': new TextEncoder().encode(text) };
  await writeBundleFolder(resolve(output), { ...files, ...pictures, ...card });
  console.log(`${output}: bundle and model card (README.md)`);
}
