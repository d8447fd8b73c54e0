import type { Metadata, Sharp } from 'sharp';
import { MAX_IMAGE_SIDE } from '../bundle/manifest.js';
import { checkBatch, checkOneOf } from '../checks.js';
import { ConvaeError, UsageError } from '../errors.js';
import { IMAGE_CHANNELS, type ImageBatch, type ImageChannels, sliceBatch } from '../image.js';
import { importDependency } from './dependency.js';
import { writeFileAtomic } from './files.js';
import { readWholeFile } from './folder.js';

/** Largest image file that is read, bytes. */
export const MAX_IMAGE_FILE_BYTES = 256 << 20;

/** The image file formats that are read, by sharp's names. */
const FORMATS: readonly (string | undefined)[] = ['png', 'jpeg', 'webp'];

/** What {@link readImageSize} gives. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** What {@link openImageFile} gives: a header was read, no pixel decoded. */
export interface OpenedImageFile {
  /** Bytes that decoding takes: those of the pixels, and of the copy of them that becomes the image. */
  readonly bytes: number;
  /** Decodes the pixels. @throws as {@link readImageFile}. */
  finish(): Promise<ImageBatch>;
}

/**
 * Reads a PNG, JPEG or WebP file as one uint8 image, turned upright as its EXIF orientation says; 16-bit samples
 * become 8-bit.
 * @param channels 1 for grey, 3 for RGB, transparency laid over white; 4 for RGBA. The file's own colours are converted.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, or DATA_INVALID where it is no image of these formats or damaged.
 */
export async function readImageFile(path: string, channels: ImageChannels): Promise<ImageBatch> {
  return (await openImageFile(path, channels)).finish();
}

/**
 * Decodes the bytes of a PNG, JPEG or WebP file as {@link readImageFile} does.
 * @param name stands for the file in messages.
 * @throws as {@link readImageFile}.
 */
export async function decodeImageFile(
  bytes: Uint8Array,
  channels: ImageChannels,
  name = 'image bytes',
): Promise<ImageBatch> {
  checkOneOf(channels, IMAGE_CHANNELS, 'channels');
  return (await openImageBytes(bytes, channels, name)).finish();
}

/** Reads an image file's header and learns what decoding it takes. @throws as {@link readImageFile}. */
export async function openImageFile(path: string, channels: ImageChannels): Promise<OpenedImageFile> {
  checkOneOf(channels, IMAGE_CHANNELS, 'channels');
  return openImageBytes(await readWholeFile(path, MAX_IMAGE_FILE_BYTES), channels, path);
}

async function openImageBytes(
  bytes: Uint8Array,
  channels: ImageChannels,
  name: string,
): Promise<OpenedImageFile> {
  const image = await openImage(bytes, name);
  const { width, height } = await checkedMetadata(image, name);
  return { bytes: 2 * width * height * channels, finish: () => decodePixels(image, channels, name) };
}

async function decodePixels(image: Sharp, channels: ImageChannels, name: string): Promise<ImageBatch> {
  const upright = image.autoOrient();
  const opacity = channels === 4 ? upright.ensureAlpha() : upright.flatten({ background: '#ffffff' });
  const { data, info } = await decoded(name, () =>
    opacity
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  const batch = { data: new Uint8Array(data), count: 1, height: info.height, width: info.width, channels };
  checkBatch(batch, Uint8Array, name);
  return batch;
}

/**
 * Reads the upright height and width of a PNG, JPEG or WebP file, in pixels, without decoding its pixels.
 * @throws as {@link readImageFile}.
 */
export async function readImageSize(path: string): Promise<ImageSize> {
  const bytes = await readWholeFile(path, MAX_IMAGE_FILE_BYTES);
  const { height, width } = (await checkedMetadata(await openImage(bytes, path), path)).autoOrient;
  return { height, width };
}

/**
 * Writes one image of a uint8 batch as a file, atomically: PNG, or lossless WebP where the path ends in `.webp`.
 * @throws TypeError or RangeError where an argument is not what it should be, ConvaeError WRITE_FAILED.
 */
export async function writeImageFile(path: string, images: ImageBatch, index = 0): Promise<void> {
  await writeFileAtomic(path, await encodeImageFile(images, index, path));
}

/** Encodes one image of a uint8 batch, grey, RGB or RGBA, as a PNG file. @throws as {@link encodeImageFile}. */
export function encodePng(images: ImageBatch, index = 0): Promise<Uint8Array> {
  return encodeImageFile(images, index, '.png');
}

/** @throws UsageError, a RangeError, where a path's ending asks for JPEG: images are written whole, alpha too. */
export function checkImagePath(path: string): void {
  if (!/\.jpe?g$/i.test(path)) return;
  throw new UsageError(
    `expected .png or .webp at the end of the image file's name, received ${path}: JPEG loses detail and transparency`,
  );
}

/**
 * Encodes one image of a uint8 batch, grey, RGB or RGBA: as lossless WebP where the path ends in `.webp`, else as PNG.
 * @throws TypeError or RangeError where `images` or `index` is not what it should be, or the path asks for JPEG.
 */
export async function encodeImageFile(images: ImageBatch, index: number, path: string): Promise<Uint8Array> {
  checkImagePath(path);
  checkBatch(images, Uint8Array, 'images');
  const { count, height, width, channels } = images;
  checkOneOf(channels as ImageChannels, IMAGE_CHANNELS, 'images.channels');
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`expected an integer in 0..${count - 1} for index, received ${index}`);
  }
  const sharp = await importSharp();
  const raw = { width, height, channels: channels as ImageChannels };
  const image = sharp(sliceBatch(images, index, index + 1).data, { raw });
  if (/\.webp$/i.test(path)) return image.webp({ lossless: true, effort: 6 }).toBuffer();
  return image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 9 })
    .toBuffer();
}

async function openImage(bytes: Uint8Array, name: string): Promise<Sharp> {
  const sharp = await importSharp();
  if (bytes.length === 0) throw new ConvaeError('DATA_INVALID', `${name} is empty`);
  return sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_IMAGE_SIDE ** 2 });
}

async function checkedMetadata(image: Sharp, path: string): Promise<Metadata> {
  const metadata = await decoded(path, () => image.metadata());
  if (!FORMATS.includes(metadata.format)) {
    throw new ConvaeError(
      'DATA_INVALID',
      `${path} is ${metadata.format}, expected a PNG, JPEG or WebP image`,
    );
  }
  if (Math.max(metadata.width, metadata.height) > MAX_IMAGE_SIDE) {
    throw new ConvaeError(
      'LIMIT_EXCEEDED',
      `${path} is ${metadata.width}×${metadata.height}, sides of at most ${MAX_IMAGE_SIDE} are read`,
    );
  }
  return metadata;
}

async function decoded<T>(path: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    const reason = (cause as Error).message.trim().split('\n', 1)[0];
    throw new ConvaeError('DATA_INVALID', `${path} cannot be read as an image: ${reason}`, { cause });
  }
}

/** sharp is loaded when the first image is: a program that only runs a codec does not wait for it. */
async function importSharp(): Promise<typeof import('sharp').default> {
  const advice = 'install it with "npm i sharp" to read and write image files';
  return (await importDependency('sharp', advice, () => import('sharp'))).default;
}
