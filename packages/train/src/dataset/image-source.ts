import { resolve } from 'node:path';
import { type ImageChannels, UsageError } from '@convae/runtime/core';
import type { FitTarget } from './fit.js';
import { anyTransparent, type ImageHeader, readImageHeaders, readImages } from './image-file.js';
import { type Classes, classesOf, type FolderLayout, layOut, listImages } from './image-folder.js';
import { nameOfPath, type OpenDatasetOptions } from './options.js';
import { PART_FRACTION, planSample, planSplit, requireValidationImages, validationCount } from './split.js';
import { countSizes, planTargetSize } from './target-size.js';
import type { Dataset, LabelledImages } from './types.js';

interface Parts {
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[] | undefined;
}

const pick = (files: readonly string[], indices: Uint32Array): string[] =>
  Array.from(indices, (i) => files[i]!);

/** No sub-folders for the parts: a tenth is for testing, a tenth (or what was asked for) for validation. */
function splitAll(files: readonly string[], { validation, limit, seed }: OpenDatasetOptions): Parts {
  const test = Math.max(1, Math.round(files.length * PART_FRACTION));
  const count = validationCount(
    validation ?? (files.length > 2 ? PART_FRACTION : undefined),
    files.length,
    test,
  );
  const plan = planSplit(files.length, { validation: count, test, limit, seed });
  return {
    train: pick(files, plan.train),
    validation: pick(files, plan.validation),
    test: pick(files, plan.test),
  };
}

function splitFolders(
  layout: Exclude<FolderLayout, { all: unknown }>,
  path: string,
  { validation, limit, seed }: OpenDatasetOptions,
): Parts {
  const test = layout.test && pick(layout.test, planSample(layout.test.length, limit, seed));
  if (layout.validation) {
    if (validation !== undefined)
      throw new UsageError(
        `expected no number for validation, received ${validation}: ${path} has a folder for it`,
      );
    const train = pick(layout.train, planSample(layout.train.length, limit, seed));
    return { train, validation: layout.validation, test };
  }
  const count = validationCount(validation, layout.train.length);
  if (!test) requireValidationImages(count, path);
  const plan = planSplit(layout.train.length, { validation: count, limit, seed });
  return { train: pick(layout.train, plan.train), validation: pick(layout.train, plan.validation), test };
}

/** Pixels of the first `looked` files alone tell of transparency: those of test images are not looked at. */
async function channelsOf(
  folder: string,
  files: readonly string[],
  headers: readonly ImageHeader[],
  looked: number,
): Promise<ImageChannels> {
  const withAlpha = files.slice(0, looked).filter((_, i) => headers[i]!.alpha);
  if (await anyTransparent(folder, withAlpha)) return 4;
  return headers.some((header) => header.colour) ? 3 : 1;
}

async function planTarget(
  folder: string,
  { train, validation, test }: Parts,
  { channels, onProgress, ...options }: OpenDatasetOptions,
): Promise<FitTarget> {
  const files = [...train, ...validation, ...(test ?? [])];
  const headers = await readImageHeaders({ folder, files, onProgress });
  const found = channels ?? (await channelsOf(folder, files, headers, train.length + validation.length));
  const size = planTargetSize(countSizes(headers), options);
  return { ...size, channels: found, fit: options.fit };
}

/**
 * Opens a folder of PNG, JPEG and WebP images. Of test images only the headers are read before `loadTest`.
 * Where the folder has no train, validation and test in it, a seeded shuffle splits it 80 : 10 : 10.
 * @throws ConvaeError NOT_FOUND, DATA_INVALID, SHAPE_MISMATCH or LIMIT_EXCEEDED.
 */
export async function openImages(
  path: string,
  source: string,
  options: OpenDatasetOptions,
): Promise<Dataset> {
  const folder = resolve(path);
  const files = await listImages(folder);
  const layout = layOut(files, folder);
  const split = !('all' in layout);
  const parts = split ? splitFolders(layout, path, options) : splitAll(layout.all, options);
  const classes: Classes | undefined = classesOf(files, split);
  const target = await planTarget(folder, parts, options);
  const { height, width, channels } = target;

  const load = async (part: readonly string[]): Promise<LabelledImages> => {
    const data = await readImages({ folder, files: part, onProgress: options.onProgress }, target);
    const images = { data, count: part.length, height, width, channels };
    return classes ? { ...images, labels: Uint8Array.from(part, classes.labelOf) } : images;
  };
  const train = await load(parts.train);
  const validation = await load(parts.validation);
  const { test } = parts;
  return {
    name: nameOfPath(folder),
    source,
    train,
    validation,
    loadTest: async () => (test ? load(test) : validation),
    testIsValidation: !test,
    ...(classes && { classNames: classes.names }),
  };
}
