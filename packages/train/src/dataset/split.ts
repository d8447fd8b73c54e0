import { ConvaeError, type ImageBatch, UsageError } from '@convae/runtime/core';
import { spreadPositions } from '../figures/averages.js';
import { createRandom, permutation } from './random.js';
import type { LabelledImages } from './types.js';

/** Seed of the split where none is given: one fixed number, so that every training seed sees the same split. */
export const SPLIT_SEED = 1;
/** Most validation images where no number is given. */
export const DEFAULT_VALIDATION_IMAGES = 1000;
/** Share of an image folder without sub-folders for the parts that is for testing, and again for validation. */
export const PART_FRACTION = 0.1;

/** Ascending image numbers of each part; no number is in two parts. */
export interface SplitPlan {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** How many images each part takes. `limit` caps train and test, each. */
export interface SplitCounts {
  readonly validation: number;
  readonly test?: number;
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
}

/**
 * Splits images 0..count−1: one seeded shuffle, of which the last `test` images are the test part, the last
 * `validation` before them the validation part, and the rest, up to `limit`, is for training. It depends on the
 * numbers given and on nothing else: neither pixels nor labels.
 */
export function planSplit(count: number, { validation, test = 0, limit, seed }: SplitCounts): SplitPlan {
  const order = permutation(count, createRandom(seed ?? SPLIT_SEED));
  const trainEnd = count - test - validation;
  return {
    train: order.slice(0, Math.min(trainEnd, limit ?? trainEnd)).sort(),
    validation: order.slice(trainEnd, count - test).sort(),
    test: order.slice(count - test, count - test + Math.min(test, limit ?? test)).sort(),
  };
}

/** A random part of images 0..count−1, ascending; all of them where `limit` does not bite. */
export function planSample(count: number, limit?: number, seed?: number): Uint32Array {
  return planSplit(count, { validation: 0, limit, seed }).train;
}

/**
 * The number of validation images among `count` of which `reserved` are spoken for.
 * @throws UsageError where nothing would be left for training.
 */
export function validationCount(option: number | undefined, count: number, reserved = 0): number {
  const fallback = Math.min(DEFAULT_VALIDATION_IMAGES, Math.max(1, Math.round(count / 10)));
  const wanted = option ?? fallback;
  const images = wanted > 0 && wanted < 1 ? Math.max(1, Math.round(count * wanted)) : wanted;
  if (images + reserved < count) return images;
  if (option === undefined) throw new ConvaeError('DATA_INVALID', `${count} images are too few to split`);
  const most = Math.max(0, count - reserved - 1);
  throw new UsageError(
    `expected at most ${most} images for validation (of ${count}), received ${option}: none would be left to train on`,
  );
}

/** The images of these numbers, in this order, with their labels; the same object where it is all of them in order. */
export function selectImages(
  images: LabelledImages,
  indices: readonly number[] | Uint32Array,
): LabelledImages {
  if (indices.length === images.count && indices.every((index, i) => index === i)) return images;
  const { data, height, width, channels, labels } = images;
  const size = height * width * channels;
  const selected = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    selected.set(data.subarray(index * size, (index + 1) * size), i * size);
  });
  const base = { data: selected, count: indices.length, height, width, channels };
  return labels ? { ...base, labels: Uint8Array.from(indices, (index) => labels[index]!) } : base;
}

/** @throws UsageError where a data set without test images is to keep none for validation. */
export function requireValidationImages(count: number, path: string): void {
  if (count === 0)
    throw new UsageError(`expected at least 1 image for validation, received 0: ${path} has no test images`);
}

/** At most `count` images, evenly spread over all. */
export function spread(images: ImageBatch, count: number): ImageBatch {
  return selectImages(images, spreadPositions(images.count, count));
}
