import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvaeError, type IdxImagesHeader, UsageError } from '@convae/runtime/core';
import { cannotRead } from '../files/read.js';
import { fitImages } from './fit.js';
import { peekIdxImages, readIdxImages, readIdxLabels } from './idx-file.js';
import type { OpenDatasetOptions } from './options.js';
import { planSample, planSplit, requireValidationImages, selectImages, validationCount } from './split.js';
import { countSizes, planTargetSize } from './target-size.js';
import type { Dataset, LabelledImages } from './types.js';

/** The files of one part, with the SHA-256 that they must have where that is known. */
export interface IdxPart {
  readonly images: string;
  readonly labels?: string;
  readonly sha256?: { readonly images: string; readonly labels: string };
}

/** The files of an IDX data set. */
export interface IdxParts {
  readonly train: IdxPart;
  readonly test?: IdxPart;
}

// `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz`, `emnist-letters-test-images-idx3-ubyte`, `images.idx`, …
const KIND =
  /(?:^|[-_.]|train|t10k|test)(images|labels)(?:[-_.]?idx[134]?)?(?:[-_.]?ubyte)?(?:\.idx)?(?:\.gz)?$/i;
const TEST_PART = /(?:^|[-_.])(?:t10k|test)[-_.]?(?:images|labels)/i;
const ANY_IDX = /(?:idx[34]?|ubyte)(?:\.gz)?$/i;

type Role = 'train-images' | 'train-labels' | 'test-images' | 'test-labels';

function roleOf(file: string): Role | undefined {
  const kind = KIND.exec(file)?.[1]?.toLowerCase() as 'images' | 'labels' | undefined;
  return kind && `${TEST_PART.test(file) ? 'test' : 'train'}-${kind}`;
}

const withoutGz = (file: string): string => file.replace(/\.gz$/i, '');

/** Where a file lies there both raw and gzipped, the raw one. */
function dropZippedTwins(files: readonly string[]): string[] {
  return files.filter((file) => withoutGz(file) === file || !files.includes(withoutGz(file)));
}

function assignRoles(folder: string, files: readonly string[]): Map<Role, string> {
  const roles = new Map<Role, string>();
  for (const file of files) {
    const role = roleOf(file);
    if (!role) continue;
    const other = roles.get(role);
    if (other)
      throw new ConvaeError(
        'DATA_INVALID',
        `${folder}: two files of ${role}, ${other} and ${file}: keep one`,
      );
    roles.set(role, file);
  }
  return roles;
}

function partOf(folder: string, roles: Map<Role, string>, part: 'train' | 'test'): IdxPart | undefined {
  const images = roles.get(`${part}-images`);
  const labels = roles.get(`${part}-labels`);
  if (images === undefined && labels !== undefined)
    throw new ConvaeError('NOT_FOUND', `${folder}: ${labels} is there, but no file of ${part} images`);
  if (images === undefined) return undefined;
  return { images: join(folder, images), ...(labels && { labels: join(folder, labels) }) };
}

async function partsOfFolder(folder: string): Promise<IdxParts> {
  const files = dropZippedTwins((await readdir(folder)).filter((file) => !file.startsWith('.')).sort());
  const roles = assignRoles(folder, files);
  const train = partOf(folder, roles, 'train');
  const test = partOf(folder, roles, 'test');
  if (train) return test ? { train, test } : { train };
  const candidates = files.filter((file) => ANY_IDX.test(file));
  if (!test && candidates.length === 1) return { train: { images: join(folder, candidates[0]!) } };
  throw new ConvaeError(
    'NOT_FOUND',
    `${folder}: no IDX file of training images (train-images-idx3-ubyte, train-images.idx3-ubyte.gz or the like)` +
      `; files there: ${files.slice(0, 10).join(', ') || 'none'}`,
  );
}

/**
 * Finds the IDX files of a folder by their usual names, raw or gzipped; or takes one file of images.
 * @throws ConvaeError NOT_FOUND or DATA_INVALID.
 */
export async function findIdxParts(path: string): Promise<IdxParts> {
  const info = await stat(path).catch(cannotRead(path));
  return info.isDirectory() ? partsOfFolder(path) : { train: { images: path } };
}

/** Reads one part and checks that there is a label for each image. */
async function readPart({ images, labels, sha256 }: IdxPart): Promise<LabelledImages> {
  const batch = await readIdxImages(images, { sha256: sha256?.images });
  if (labels === undefined) return batch;
  const classes = await readIdxLabels(labels, { sha256: sha256?.labels });
  if (classes.length !== batch.count)
    throw new ConvaeError(
      'DATA_INVALID',
      `${batch.count} images in ${images}, but ${classes.length} labels in ${labels}`,
    );
  return { ...batch, labels: classes };
}

function requireSameChannels(
  train: IdxImagesHeader,
  test: IdxImagesHeader | undefined,
  wanted?: number,
): number {
  if (wanted === 4)
    throw new UsageError('expected 1 or 3 for channels of IDX files, received 4: they hold no transparency');
  if (wanted === undefined && test && test.channels !== train.channels)
    throw new ConvaeError(
      'SHAPE_MISMATCH',
      `training images have ${train.channels} channels, test images ${test.channels}: give --channels 1 or 3`,
    );
  return wanted ?? train.channels;
}

/**
 * Opens an IDX data set. The test images' pixels are read by `loadTest` and not before; of their file only the header
 * is looked at.
 */
export async function openIdxParts(
  { name, source, parts }: { name: string; source: string; parts: IdxParts },
  options: OpenDatasetOptions,
): Promise<Dataset> {
  const headers = await Promise.all(
    [parts.train, ...(parts.test ? [parts.test] : [])].map((p) => peekIdxImages(p.images)),
  );
  const channels = requireSameChannels(headers[0]!, headers[1], options.channels);
  const target = {
    ...planTargetSize(countSizes(headers), options),
    channels,
    fit: options.fit,
  };
  const { limit, seed } = options;
  const count = validationCount(options.validation, headers[0]!.count);
  if (!parts.test) requireValidationImages(count, source);

  const finish = async (images: LabelledImages, indices: Uint32Array): Promise<LabelledImages> => {
    const selected = selectImages(images, indices);
    return { ...selected, ...(await fitImages(selected, target)) };
  };
  const all = await readPart(parts.train);
  const plan = planSplit(all.count, { validation: count, limit, seed });
  const train = await finish(all, plan.train);
  const validation = await finish(all, plan.validation);
  const { test } = parts;
  const loadTest = async (): Promise<LabelledImages> => {
    if (!test) return validation;
    const images = await readPart(test);
    return finish(images, planSample(images.count, limit, seed));
  };
  return { name, source, train, validation, loadTest, testIsValidation: !test };
}
