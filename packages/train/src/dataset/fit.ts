import { ConvaeError, type ImageBatch } from '@convae/runtime/core';
import sharp from 'sharp';
import { mapConcurrent } from './concurrency.js';
import { MAX_TOTAL_BYTES } from './limits.js';
import type { Fit, Size } from './options.js';

/** The shape that images are brought to, and how. */
export interface FitTarget extends Size {
  readonly channels: number;
  /** How images of another size are brought to it; undefined: there are none. */
  readonly fit: Fit | undefined;
}

/** Most pixel rows that go through one sharp call. */
const MAX_STRIP_PIXELS = 1 << 24;

/** @throws ConvaeError LIMIT_EXCEEDED where so many images of this shape are more than is read. */
export function requireTotalBytes(count: number, { height, width, channels }: FitTarget): number {
  const total = count * height * width * channels;
  if (total <= MAX_TOTAL_BYTES) return total;
  throw new ConvaeError(
    'LIMIT_EXCEEDED',
    `${count} images of ${height}×${width}×${channels} are ${total} bytes, at most ${MAX_TOTAL_BYTES} are read: ` +
      'give --limit or a smaller --size',
  );
}

/**
 * Copies one image into `to`, centred: what sticks out is cut off, what is missing repeats the nearest edge pixel.
 * An odd difference falls on the bottom and the right.
 */
export function cropOrPad(
  from: Uint8Array,
  fromSize: Size,
  to: Uint8Array,
  toSize: Size,
  channels: number,
): void {
  const top = Math.trunc((toSize.height - fromSize.height) / 2);
  const left = Math.trunc((toSize.width - fromSize.width) / 2);
  const clamp = (value: number, length: number): number => Math.min(Math.max(value, 0), length - 1);
  let out = 0;
  for (let y = 0; y < toSize.height; y++) {
    const row = clamp(y - top, fromSize.height) * fromSize.width;
    for (let x = 0; x < toSize.width; x++) {
      const start = (row + clamp(x - left, fromSize.width)) * channels;
      for (let c = 0; c < channels; c++) to[out++] = from[start + c]!;
    }
  }
}

/** Grey ↔ RGB, pixel by pixel: the images lie below one another in strips, one sharp call each. */
async function convertChannels(images: ImageBatch, channels: number): Promise<ImageBatch> {
  const { count, height, width } = images;
  const perStrip = Math.max(1, Math.floor(MAX_STRIP_PIXELS / (height * width)));
  const data = new Uint8Array(count * height * width * channels);
  for (let first = 0; first < count; first += perStrip) {
    const rows = Math.min(perStrip, count - first) * height;
    const start = first * height * width;
    const raw = { width, height: rows, channels: images.channels as 1 | 3 };
    const strip = images.data.subarray(start * images.channels, (start + rows * width) * images.channels);
    const space = channels === 1 ? 'b-w' : 'srgb';
    data.set(await sharp(strip, { raw }).toColourspace(space).raw().toBuffer(), start * channels);
  }
  return { data, count, height, width, channels };
}

async function scaleOne(
  image: Uint8Array,
  { height, width, channels }: ImageBatch,
  to: Size,
): Promise<Uint8Array> {
  const raw = { width, height, channels: channels as 1 | 3 };
  return sharp(image, { raw })
    .resize({ width: to.width, height: to.height, fit: 'cover' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
}

async function changeSize(images: ImageBatch, target: FitTarget): Promise<ImageBatch> {
  const { count, channels } = images;
  const { height, width, fit } = target;
  const fromSize = images.height * images.width * channels;
  const toSize = height * width * channels;
  const data = new Uint8Array(count * toSize);
  await mapConcurrent(count, async (i) => {
    const from = images.data.subarray(i * fromSize, (i + 1) * fromSize);
    const to = data.subarray(i * toSize, (i + 1) * toSize);
    if (fit === 'resize') to.set(await scaleOne(from, images, target));
    else cropOrPad(from, images, to, target, channels);
  });
  return { data, count, height, width, channels };
}

/**
 * Images (uint8, N×H×W×C) in the target's size and channels; the same object where nothing changes.
 * @throws ConvaeError LIMIT_EXCEEDED.
 */
export async function fitImages(images: ImageBatch, target: FitTarget): Promise<ImageBatch> {
  requireTotalBytes(images.count, target);
  const converted =
    images.channels === target.channels ? images : await convertChannels(images, target.channels);
  if (images.height === target.height && images.width === target.width) return converted;
  return changeSize(converted, target);
}
