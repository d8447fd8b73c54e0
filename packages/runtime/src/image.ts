import { checkBatch, checkCount, checkFinite } from './checks.js';

/** How many channels images have: 1 grey, 3 RGB, 4 RGBA (not premultiplied, alpha last). */
export const IMAGE_CHANNELS = [1, 3, 4] as const;
/** One of {@link IMAGE_CHANNELS}. */
export type ImageChannels = (typeof IMAGE_CHANNELS)[number];

/** What images of so many channels are called: grey, RGB or RGBA. */
export const colourName = (channels: ImageChannels): string =>
  channels === 1 ? 'grey' : channels === 3 ? 'RGB' : 'RGBA';

/** The sizes of one item of a batch. */
export interface ItemShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** The sizes of a batch. */
export interface BatchShape extends ItemShape {
  readonly count: number;
}

/**
 * Images as people hold them: uint8, N×H×W×C (C = 1 grey, 3 RGB or 4 RGBA, interleaved), values 0..255.
 * A single image is a batch whose `count` is 1.
 */
export interface ImageBatch extends BatchShape {
  /** uint8, length count·height·width·channels, 0..255. */
  readonly data: Uint8Array;
}

/** Images as the networks see them: float32, N×C×H×W, values 0..1. */
export interface FloatImageBatch extends BatchShape {
  /** float32, length count·channels·height·width, 0..1. */
  readonly data: Float32Array;
}

/** Encoder output: float32, N×c×h×w, unbounded. */
export interface LatentBatch extends BatchShape {
  /** float32, length count·channels·height·width. */
  readonly data: Float32Array;
}

/** Images in one of the forms that a codec takes: a batch, or an array of images of one size. */
export type Images = ImageBatch | FloatImageBatch | readonly ImageBatch[] | readonly FloatImageBatch[];

/** Whether a batch holds float32 N×C×H×W images rather than uint8 N×H×W×C ones. */
export function isFloatImages(images: ImageBatch | FloatImageBatch): images is FloatImageBatch {
  return images.data instanceof Float32Array;
}

/** Every byte divided by 255, in float32: a table is several times faster than dividing. */
const TO_FLOAT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Turns uint8 N×H×W×C pixels 0..255 into float32 N×C×H×W values 0..1 (pixel / 255).
 * @throws TypeError or RangeError where `images` is not a batch of uint8 images.
 */
export function toFloatImages(images: ImageBatch): FloatImageBatch {
  checkBatch(images, Uint8Array, 'images');
  const planes = new Float32Array(images.data.length);
  fillPlanes(images, planes);
  return { ...images, data: planes };
}

/** Puts uint8 N×H×W×C pixels 0..255 into float32 N×C×H×W values 0..1 (pixel / 255) of the same length. */
export function fillPlanes({ data, count, height, width, channels }: ImageBatch, planes: Float32Array): void {
  const area = height * width;
  for (let image = 0; image < count; image++) {
    const base = image * area * channels;
    for (let channel = 0; channel < channels; channel++) {
      const plane = base + channel * area;
      for (let i = 0, from = base + channel; i < area; i++, from += channels) {
        planes[plane + i] = TO_FLOAT[data[from]!]!;
      }
    }
  }
}

/**
 * Turns float32 N×C×H×W values 0..1 into uint8 N×H×W×C pixels: clamped, then rounded to the nearest integer.
 * @throws TypeError or RangeError where `images` is not a batch of float images.
 * @throws ConvaeError NON_FINITE where a value is NaN or infinite.
 */
export function toUint8Images(images: FloatImageBatch): ImageBatch {
  checkBatch(images, Float32Array, 'images');
  const pixels = new Uint8Array(images.data.length);
  if (!fillPixels(images, pixels)) checkFinite(images.data, 'images');
  return { ...images, data: pixels };
}

/**
 * Puts float32 N×C×H×W values into uint8 N×H×W×C pixels of the same length: clamped to 0..1, times 255, rounded, halves up.
 * @returns false where a value is NaN or infinite; the pixels then mean nothing.
 */
export function fillPixels(
  { data, count, height, width, channels }: FloatImageBatch,
  pixels: Uint8Array,
): boolean {
  const area = height * width;
  // As in checkFinite: 0 as long as all are finite.
  let sum = 0;
  for (let image = 0; image < count; image++) {
    const base = image * area * channels;
    for (let channel = 0; channel < channels; channel++) {
      const plane = base + channel * area;
      for (let i = 0, to = base + channel; i < area; i++, to += channels) {
        const value = data[plane + i]!;
        sum += value * 0;
        pixels[to] = value <= 0 ? 0 : value >= 1 ? 255 : (value * 255 + 0.5) | 0;
      }
    }
  }
  return sum === 0;
}

/** The smallest multiple of `multiple` that is at least `side`. */
export function paddedSide(side: number, multiple: number): number {
  return Math.ceil(side / multiple) * multiple;
}

/**
 * Pads float32 N×C×H×W images at the bottom and the right to multiples of `multiple`, repeating the last row
 * and column. Images that already fit are returned as they are.
 * @throws TypeError or RangeError where an argument is not what it should be.
 */
export function padImages(images: FloatImageBatch, multiple: number): FloatImageBatch {
  checkBatch(images, Float32Array, 'images');
  checkCount(multiple, 'multiple');
  return withSides(images, paddedSide(images.height, multiple), paddedSide(images.width, multiple));
}

/**
 * Keeps the top left `height` × `width` of float32 N×C×H×W images; the inverse of {@link padImages}.
 * Images of that size are returned as they are.
 * @throws TypeError or RangeError where an argument is not what it should be.
 */
export function cropImages(images: FloatImageBatch, height: number, width: number): FloatImageBatch {
  checkBatch(images, Float32Array, 'images');
  checkCount(height, 'height', images.height);
  checkCount(width, 'width', images.width);
  return withSides(images, height, width);
}

/** The images with other sides: rows and columns are cut off, or the last of them is repeated. */
function withSides(images: FloatImageBatch, height: number, width: number): FloatImageBatch {
  if (height === images.height && width === images.width) return images;
  const { count, channels } = images;
  const data = new Float32Array(count * channels * height * width);
  const copied = Math.min(width, images.width);
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = 0; y < height; y++) {
      const from = (plane * images.height + Math.min(y, images.height - 1)) * images.width;
      const to = (plane * height + y) * width;
      data.set(images.data.subarray(from, from + copied), to);
      data.fill(images.data[from + copied - 1]!, to + copied, to + width);
    }
  }
  return { data, count, height, width, channels };
}

/** The items `start` to `end` (exclusive) of a batch, sharing its memory; the batch itself where they are all. */
export function sliceBatch<T extends BatchShape & { readonly data: Uint8Array | Float32Array | Int32Array }>(
  batch: T,
  start: number,
  end: number,
): T {
  if (start === 0 && end === batch.count) return batch;
  const size = batch.channels * batch.height * batch.width;
  return { ...batch, data: batch.data.subarray(start * size, end * size), count: end - start };
}

/** The same images in memory of their own: `slice` would not copy a Buffer of Node. */
export function copied<T extends ImageBatch | FloatImageBatch>(images: T): T {
  const { data } = images;
  return { ...images, data: data instanceof Float32Array ? new Float32Array(data) : new Uint8Array(data) };
}

/** Whether the items of two batches have the same sizes. */
export function sameShape(a: ItemShape, b: ItemShape): boolean {
  return a.channels === b.channels && a.height === b.height && a.width === b.width;
}
