import { basename } from 'node:path';
import { IMAGE_CHANNELS, type ImageChannels, MAX_IMAGE_SIDE, UsageError } from '@convae/runtime/core';
import type { ReadProgress } from './types.js';

/** How images of another size are brought to one size. */
export const FITS = ['crop', 'pad', 'resize'] as const;
/** See {@link OpenDatasetOptions.fit}. */
export type Fit = (typeof FITS)[number];

/** Height and width, pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Options of `openDataset`. */
export interface OpenDatasetOptions {
  /** Seed of the split, not of the training; default SPLIT_SEED, so that runs with other training seeds compare. */
  readonly seed?: number | undefined;
  /**
   * Images kept out of training: a count, or a fraction of the training images when below 1; 0 for none.
   * Default: a tenth, at most DEFAULT_VALIDATION_IMAGES (so 1,000 of MNIST's 60,000).
   */
  readonly validation?: number | undefined;
  /** At most so many training images and, apart from that, so many test images: a random part. Validation is not capped. */
  readonly limit?: number | undefined;
  /** The size that every image gets; default: the one size found, or what `fit` makes of several. */
  readonly size?: Size | undefined;
  /**
   * 1 grey, 3 RGB or 4 RGBA; default: what the files hold, 4 where any training or validation image has transparency,
   * else 3 where any image is in colour.
   */
  readonly channels?: ImageChannels | undefined;
  /**
   * `crop` cuts out the centre (no size: the smallest height and width found), `pad` repeats the edge pixels on all
   * sides (no size: the largest found), `resize` scales until the size is covered, without distortion, and cuts the
   * overhang off both sides. Without it, images of another size are an error.
   */
  readonly fit?: Fit | undefined;
  /**
   * Side of square crops, pixels, for pictures of many sizes (`images:DIR` alone, without `size` and `fit`): random
   * places in each picture, drawn by `seed`; pictures smaller than a crop are left out. `limit` counts pictures.
   */
  readonly crop?: number | undefined;
  /** Height and width must be multiples of this: `fit` then rounds the size (crop down, pad up, resize to the nearest). */
  readonly multiple?: number | undefined;
  /** Keep the colours of fully transparent pixels as they are in the files; else they are filled: nobody sees them. */
  readonly exact?: boolean | undefined;
  /** Called for every file that is read of an image folder; training and validation are counted together. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/** A value as an error message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 200));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return (JSON.stringify(value) ?? 'an object').slice(0, 200);
}

function expected(what: string, name: string, value: unknown): string {
  return `expected ${what} for ${name}, received ${show(value)}`;
}

/** @throws TypeError where value is not a number, UsageError where it is not an integer in min..max. */
export function requireInteger(name: string, value: unknown, min: number, max: number): void {
  const what = `an integer in ${min}..${max}`;
  if (typeof value !== 'number') throw new TypeError(expected(what, name, value));
  if (!Number.isInteger(value) || value < min || value > max)
    throw new UsageError(expected(what, name, value));
}

function requireValidation(value: unknown): void {
  const what = 'a count of images, or a fraction below 1,';
  if (typeof value !== 'number') throw new TypeError(expected(what, 'validation', value));
  const valid = value >= 0 && (value < 1 || Number.isSafeInteger(value));
  if (!valid) throw new UsageError(expected(what, 'validation', value));
}

function requireOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw new UsageError(expected(allowed.map(show).join(', '), name, value));
}

function requireSize(size: unknown): void {
  const given = size as Partial<Size> | null;
  if (typeof given !== 'object' || given === null)
    throw new TypeError(expected('{ height, width }', 'size', size));
  requireInteger('size.height', given.height, 1, MAX_IMAGE_SIDE);
  requireInteger('size.width', given.width, 1, MAX_IMAGE_SIDE);
}

/** @throws TypeError or UsageError for the first option that is not what {@link OpenDatasetOptions} says. */
export function checkOptions(options: OpenDatasetOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(expected('an object', 'options', options));
  const { seed, validation, limit, size, channels, fit, crop, multiple, onProgress } = options;
  if (seed !== undefined) requireInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (validation !== undefined) requireValidation(validation);
  if (limit !== undefined) requireInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
  if (size !== undefined) requireSize(size);
  if (channels !== undefined) requireOneOf('channels', channels, IMAGE_CHANNELS);
  if (fit !== undefined) requireOneOf('fit', fit, FITS);
  if (crop !== undefined) requireInteger('crop', crop, 1, MAX_IMAGE_SIDE);
  if (crop !== undefined && (size ?? fit) !== undefined)
    throw new UsageError(`expected no size or fit beside crop, received ${show(size ?? fit)}`);
  if (multiple !== undefined) requireInteger('multiple', multiple, 1, MAX_IMAGE_SIDE);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw new TypeError(expected('a function', 'onProgress', onProgress));
}

/** The last part of a path as a data set's name: letters, digits, dot, dash and underscore. */
export function nameOfPath(path: string): string {
  return (
    basename(path)
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'dataset'
  );
}
