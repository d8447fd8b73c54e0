import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConvaeError,
  fillTransparent,
  type ImageBatch,
  MAX_IMAGE_SIDE,
  toFloatImages,
  toUint8Images,
} from '@convae/runtime/core';
import sharp from 'sharp';
import { mapConcurrent } from './concurrency.js';
import { isDefect } from './defect.js';
import { cropOrPad, type FitTarget, requireTotalBytes } from './fit.js';
import type { OpenDatasetOptions, Size } from './options.js';
import type { ReadProgress } from './types.js';

/** What the header of an image file says: its size as it is shown (EXIF orientation applied). */
export interface ImageHeader extends Size {
  readonly colour: boolean;
  /** Whether there is an alpha channel; all of it may be opaque. */
  readonly alpha: boolean;
}

/** An image folder's files: paths relative to the folder. */
export interface ImageFiles {
  readonly folder: string;
  readonly files: readonly string[];
  readonly onProgress?: OpenDatasetOptions['onProgress'];
  readonly exact?: OpenDatasetOptions['exact'];
}

const FORMATS: readonly unknown[] = ['png', 'jpeg', 'webp'];
const MOST_FAILURES_LISTED = 5;
/** Where images are not RGBA, transparent pixels appear as on a white page. */
const BACKGROUND = '#ffffff';

async function readHeader(path: string): Promise<ImageHeader> {
  const { format, pages = 1, channels, hasAlpha, autoOrient } = await sharp(path).metadata();
  const { height, width } = autoOrient;
  if (!FORMATS.includes(format)) throw new Error(`is ${format}, expected PNG, JPEG or WebP`);
  if (pages > 1) throw new Error(`is animated (${pages} frames)`);
  if (height > MAX_IMAGE_SIDE || width > MAX_IMAGE_SIDE)
    throw new Error(`has ${height}×${width} pixels, sides are at most ${MAX_IMAGE_SIDE}`);
  return { height, width, colour: channels >= 3, alpha: hasAlpha };
}

/**
 * From bytes, not from the path: libvips remembers the pixels of paths, and a file may have changed since.
 * sharp keeps its default limitInputPixels (0x3fff²) and, with failOn, treats damaged data as an error.
 *
 * @param cover the size to scale to, without distortion; what hangs over is cut off both sides
 */
async function decode(path: string, channels: number, cover?: Size): Promise<ImageBatch> {
  const upright = sharp(await readFile(path), { failOn: 'warning' }).autoOrient();
  const image = channels === 4 ? upright.ensureAlpha() : upright.flatten({ background: BACKGROUND });
  const sized = cover ? image.resize({ height: cover.height, width: cover.width, fit: 'cover' }) : image;
  const { data, info } = await sized
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new Error(`was decoded to ${info.channels} channels, expected ${channels}`);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { data: pixels, count: 1, height: info.height, width: info.width, channels };
}

function requireSize(image: Size, { height, width }: Size): void {
  if (image.height !== height || image.width !== width)
    throw new Error(
      `was decoded to ${image.height}×${image.width} pixels, its header said ${height}×${width}`,
    );
}

/** RGBA with colours where nothing is visible, unless all are to stay exact; other images as they are. */
const filled = ({ exact }: Pick<ImageFiles, 'exact'>, image: ImageBatch): ImageBatch =>
  image.channels === 4 && !exact ? toUint8Images(fillTransparent(toFloatImages(image))) : image;

interface Failure {
  readonly file: string;
  readonly cause: unknown;
}

function failuresError({ folder, files }: ImageFiles, failures: readonly Failure[]): ConvaeError {
  const listed = failures.slice(0, MOST_FAILURES_LISTED).map(({ file, cause }) => {
    // libvips puts the path before its messages, and several messages on lines of their own.
    const reason = (cause as Error).message.replaceAll(join(folder, file), '').replace(/^[\s:]+/, '');
    return `${file}: ${reason.trim().split('\n')[0]}`;
  });
  const more = failures.length - listed.length;
  const message = `${folder}: ${failures.length} of ${files.length} images cannot be read: ${listed.join('; ')}`;
  return new ConvaeError('DATA_INVALID', message + (more > 0 ? `; and ${more} more` : ''), {
    cause: failures[0]!.cause,
  });
}

/** Runs `read` for each file; afterwards, all failures are reported at once, in the files' order. */
async function readEach<T>(
  images: ImageFiles,
  step: ReadProgress['step'],
  read: (path: string, index: number) => Promise<T>,
): Promise<T[]> {
  const { folder, files, onProgress } = images;
  const total = files.length;
  let done = 0;
  const results = await mapConcurrent(total, async (index) => {
    const file = files[index]!;
    const result = await read(join(folder, file), index).then(
      (value) => ({ value }),
      (cause: unknown) => {
        if (isDefect(cause)) throw cause;
        return { file, cause };
      },
    );
    done++;
    onProgress?.({ step, done, total });
    return result;
  });
  const failures = results.filter((result): result is Failure => 'cause' in result);
  if (failures.length > 0) throw failuresError(images, failures);
  return results.map((result) => (result as { value: T }).value);
}

/**
 * Sizes and colour of image files, from their headers.
 * @throws ConvaeError DATA_INVALID that lists the files that are no still PNG, JPEG or WebP.
 */
export function readImageHeaders(images: ImageFiles): Promise<ImageHeader[]> {
  return readEach(images, 'sizes', readHeader);
}

/**
 * Whether any of the files has a pixel that is not opaque; they are decoded until one is found. A damaged file tells nothing
 * here: reading its pixels does.
 */
export async function anyTransparent(folder: string, files: readonly string[]): Promise<boolean> {
  for (const file of files) {
    const image = sharp(await readFile(join(folder, file)), { failOn: 'warning' });
    const alpha = image.extractChannel('alpha').raw({ depth: 'uchar' }).toBuffer();
    if ((await alpha.catch(() => [])).some((value) => value < 255)) return true;
  }
  return false;
}

/**
 * Decodes image files to uint8, N×H×W×C in the target's shape: orientation applied, transparency laid on white unless
 * they become RGBA, fully transparent pixels filled ({@link fillTransparent}) unless `exact`, grey as libvips' `b-w`, 16-bit samples
 * scaled to 8.
 * @throws ConvaeError DATA_INVALID that lists the damaged files, LIMIT_EXCEEDED.
 */
export async function readImages(images: ImageFiles, target: FitTarget): Promise<Uint8Array> {
  const data = new Uint8Array(requireTotalBytes(images.files.length, target));
  const size = target.height * target.width * target.channels;
  await readEach(images, 'pixels', async (path, index) => {
    const image = await decode(path, target.channels, target.fit === 'resize' ? target : undefined);
    if (target.fit === undefined) requireSize(image, target);
    const pixels = data.subarray(index * size, (index + 1) * size);
    cropOrPad(image.data, image, pixels, target, target.channels);
    if (target.channels === 4) pixels.set(filled(images, { data: pixels, count: 1, ...target }).data);
  });
  return data;
}

/**
 * Decodes image files, as {@link readImages} does, each in its own size, and hands them on one by one: none is kept.
 * @param sizes what the headers said.
 * @throws ConvaeError DATA_INVALID that lists the damaged files.
 */
export async function readPictures(
  images: ImageFiles,
  { channels, sizes }: { readonly channels: number; readonly sizes: readonly Size[] },
  take: (image: ImageBatch, index: number) => void,
): Promise<void> {
  await readEach(images, 'pixels', async (path, index) => {
    const image = await decode(path, channels);
    requireSize(image, sizes[index]!);
    take(filled(images, image), index);
  });
}

/**
 * Decodes one file of a folder, as {@link readImages} does, in its own size.
 * @throws ConvaeError DATA_INVALID naming the file.
 */
export async function readImage(images: ImageFiles, index: number, channels: number): Promise<ImageBatch> {
  const one = { ...images, files: [images.files[index]!] };
  const [image] = await readEach(one, 'pixels', (path) => decode(path, channels));
  return filled(images, image!);
}
