import { ConvaeError } from './errors.js';

/**
 * Images as people hold them: uint8, N×H×W×C (C = 1 grey or 3 RGB, interleaved), values 0..255.
 * A single image is a batch whose `count` is 1.
 */
export interface ImageBatch {
  /** uint8, length count·height·width·channels, 0..255. */
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Images as the networks see them: float32, N×C×H×W, values 0..1. */
export interface FloatImageBatch {
  /** float32, length count·channels·height·width, 0..1. */
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Encoder output: float32, N×c×h×w, unbounded. */
export interface LatentBatch {
  /** float32, length count·channels·height·width. */
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Images in one of the forms that a codec takes: a batch, or an array of images of one size. */
export type Images = ImageBatch | FloatImageBatch | readonly ImageBatch[] | readonly FloatImageBatch[];

/** The sizes of one item of a batch. */
export interface ItemShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

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
  const { data, count, height, width, channels } = images;
  const planes = new Float32Array(data.length);
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
  return { data: planes, count, height, width, channels };
}

/**
 * Turns float32 N×C×H×W values 0..1 into uint8 N×H×W×C pixels: clamped, then rounded to the nearest integer.
 * @throws TypeError or RangeError where `images` is not a batch of float images.
 * @throws ConvaeError NON_FINITE where a value is NaN or infinite.
 */
export function toUint8Images(images: FloatImageBatch): ImageBatch {
  checkBatch(images, Float32Array, 'images');
  checkFinite(images.data, 'images');
  const { data, count, height, width, channels } = images;
  const pixels = new Uint8Array(data.length);
  const area = height * width;
  for (let image = 0; image < count; image++) {
    const base = image * area * channels;
    for (let channel = 0; channel < channels; channel++) {
      const plane = base + channel * area;
      for (let i = 0, to = base + channel; i < area; i++, to += channels) {
        const value = data[plane + i]!;
        pixels[to] = value <= 0 ? 0 : value >= 1 ? 255 : (value * 255 + 0.5) | 0;
      }
    }
  }
  return { data: pixels, count, height, width, channels };
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
  const height = paddedSide(images.height, multiple);
  const width = paddedSide(images.width, multiple);
  if (height === images.height && width === images.width) return images;
  const { count, channels } = images;
  const data = new Float32Array(count * channels * height * width);
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = 0; y < height; y++) {
      const from = (plane * images.height + Math.min(y, images.height - 1)) * images.width;
      const to = (plane * height + y) * width;
      data.set(images.data.subarray(from, from + images.width), to);
      data.fill(images.data[from + images.width - 1]!, to + images.width, to + width);
    }
  }
  return { data, count, height, width, channels };
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
  if (height === images.height && width === images.width) return images;
  const { count, channels } = images;
  const data = new Float32Array(count * channels * height * width);
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = 0; y < height; y++) {
      const from = (plane * images.height + y) * images.width;
      data.set(images.data.subarray(from, from + width), (plane * height + y) * width);
    }
  }
  return { data, count, height, width, channels };
}

/** The items `start` to `end` (exclusive) of a batch, sharing its memory. */
export function sliceBatch<T extends ImageBatch | FloatImageBatch>(batch: T, start: number, end: number): T {
  const size = batch.channels * batch.height * batch.width;
  return { ...batch, data: batch.data.subarray(start * size, end * size), count: end - start };
}

/**
 * Joins batches of one kind and size into one batch, in order.
 * @throws TypeError where uint8 and float images are mixed, RangeError where the list is empty.
 * @throws ConvaeError SHAPE_MISMATCH where sizes or channels differ.
 */
export function joinBatches<T extends ImageBatch | FloatImageBatch>(batches: readonly T[]): T {
  const [first] = batches;
  if (first === undefined) throw new RangeError('expected at least 1 image for images, received 0');
  const kind = first?.data instanceof Float32Array ? Float32Array : Uint8Array;
  for (const [i, batch] of batches.entries()) {
    checkBatch(batch, kind, `images[${i}]`);
    checkSameShape(batch, first, `images[${i}]`);
  }
  const data = new kind(batches.reduce((length, batch) => length + batch.data.length, 0));
  let offset = 0;
  for (const batch of batches) {
    data.set(batch.data, offset);
    offset += batch.data.length;
  }
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  return { ...first, data, count };
}

/**
 * Checks that a batch has whole, positive sizes and data of its kind and length.
 * @throws TypeError or RangeError with what was expected and what was received.
 */
export function checkBatch(
  batch: ImageBatch | FloatImageBatch | LatentBatch,
  kind: typeof Uint8Array | typeof Float32Array,
  name: string,
): void {
  if (typeof batch !== 'object' || batch === null) {
    throw new TypeError(
      `expected an object with data, count, height, width, channels for ${name}, received ${batch}`,
    );
  }
  if (!(batch.data instanceof kind)) {
    throw new TypeError(`expected a ${kind.name} for ${name}.data, received ${kindOf(batch.data)}`);
  }
  for (const side of ['count', 'height', 'width', 'channels'] as const) {
    checkCount(batch[side], `${name}.${side}`);
  }
  const { count, height, width, channels } = batch;
  const length = count * height * width * channels;
  if (batch.data.length !== length) {
    throw new RangeError(
      `expected length ${length} (${count}·${height}·${width}·${channels}) for ${name}.data, received ${batch.data.length}`,
    );
  }
}

/**
 * Checks that every value is finite.
 * @throws ConvaeError NON_FINITE naming the first value that is not.
 */
export function checkFinite(data: Float32Array, name: string): void {
  // x · 0 is 0 for every finite x and NaN for every other, so the sum needs no branch inside the loop.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * 0;
  if (sum === 0) return;
  const index = data.findIndex((value) => !Number.isFinite(value));
  throw new ConvaeError('NON_FINITE', `${name} holds ${data[index]} at index ${index}`);
}

/**
 * Checks that a number is whole and in 1..limit.
 * @throws TypeError or RangeError with what was expected and what was received.
 */
export function checkCount(value: number, name: string, limit: number = Number.MAX_SAFE_INTEGER): void {
  if (typeof value !== 'number')
    throw new TypeError(`expected a number for ${name}, received ${kindOf(value)}`);
  if (Number.isSafeInteger(value) && value >= 1 && value <= limit) return;
  const range = limit === Number.MAX_SAFE_INTEGER ? 'of at least 1' : `in 1..${limit}`;
  throw new RangeError(`expected an integer ${range} for ${name}, received ${value}`);
}

/** What kind of value something is, for messages. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? `'${value}'` : String(value);
  return value.constructor?.name ?? 'object';
}

function checkSameShape(
  batch: ImageBatch | FloatImageBatch,
  first: ImageBatch | FloatImageBatch,
  name: string,
): void {
  const { height, width, channels } = first;
  if (batch.height === height && batch.width === width && batch.channels === channels) return;
  throw new ConvaeError(
    'SHAPE_MISMATCH',
    `expected ${height}×${width}×${channels} as the first image for ${name}, received ${batch.height}×${batch.width}×${batch.channels}`,
  );
}
