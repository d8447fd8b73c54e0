import { MAX_IMAGE_SIDE } from '../bundle/manifest.js';
import { joinBytes, toHex } from '../bytes.js';
import { checkInteger, checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';
import type { ImageBatch } from '../image.js';

/** Largest number of images or labels in an IDX file. */
export const MAX_IDX_IMAGES = 1 << 22;
/** Largest number of pixel bytes in an IDX file that is read whole; also the largest file that Node reads in one piece. */
export const MAX_IDX_BYTES = 2 ** 31 - 1;

// The IDX format: http://yann.lecun.com/exdb/mnist/, "File format". Big-endian throughout:
// two zero bytes, a type code, the number of dimensions, each dimension as uint32, then the elements.
const UBYTE = 0x08;
/** Largest dimension that the format can name: a uint32. */
export const MAX_IDX_DIMENSION = 2 ** 32 - 1;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  [UBYTE]: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/** What the header of an IDX file of images says. */
export interface IdxImagesHeader {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Length of the header, and of header and pixels together, bytes. */
  readonly headerBytes: number;
  readonly totalBytes: number;
}

function dimensionsOf(bytes: Uint8Array, name: string, ranks: readonly number[], what: string): number[] {
  if (bytes.length < 4)
    throw new ConvaeError('DATA_TRUNCATED', `${name}: ${bytes.length} bytes, no IDX header`);
  const [zero0, zero1, type, rank] = bytes as unknown as [number, number, number, number];
  const magic = toHex(bytes.subarray(0, 4));
  if (zero0 !== 0 || zero1 !== 0 || !(type in TYPE_NAMES))
    throw new ConvaeError('DATA_INVALID', `${name}: bad magic ${magic}, not an IDX file`);
  if (type !== UBYTE)
    throw new ConvaeError('DATA_INVALID', `${name}: elements are ${TYPE_NAMES[type]}, expected uint8`);
  if (!ranks.includes(rank))
    throw new ConvaeError(
      'DATA_INVALID',
      `${name}: ${rank} dimensions (magic ${magic}), expected ${ranks.join(' or ')} for ${what}`,
    );
  if (bytes.length < 4 + 4 * rank)
    throw new ConvaeError('DATA_TRUNCATED', `${name}: ends inside the IDX header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
}

function requireCount(count: number, name: string, what: string): void {
  if (count === 0) throw new ConvaeError('DATA_INVALID', `${name}: holds no ${what}`);
  checkLimit(count, MAX_IDX_IMAGES, `${name}: holds`, what);
}

function requireLength(bytes: Uint8Array, total: number, name: string): void {
  if (bytes.length < total)
    throw new ConvaeError('DATA_TRUNCATED', `${name}: ${bytes.length} bytes, its header announces ${total}`);
  if (bytes.length > total)
    throw new ConvaeError(
      'DATA_INVALID',
      `${name}: ${bytes.length - total} trailing bytes after the ${total} that its header announces`,
    );
}

/**
 * Reads the header at the beginning of an IDX file of images: uint8, N×H×W or N×H×W×C with C = 1 or 3.
 * @param maxBytes most bytes of pixels; readers that take the file piece by piece may allow more.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED or LIMIT_EXCEEDED.
 */
export function parseIdxImagesHeader(
  bytes: Uint8Array,
  name = 'IDX bytes',
  maxBytes = MAX_IDX_BYTES,
): IdxImagesHeader {
  const dimensions = dimensionsOf(bytes, name, [3, 4], 'images');
  const [count, height, width, channels = 1] = dimensions as [number, number, number, number?];
  requireCount(count, name, 'images');
  if (height < 1 || width < 1 || height > MAX_IMAGE_SIDE || width > MAX_IMAGE_SIDE)
    throw new ConvaeError(
      'LIMIT_EXCEEDED',
      `${name}: images of ${height}×${width} pixels, sides are 1..${MAX_IMAGE_SIDE}`,
    );
  if (channels !== 1 && channels !== 3)
    throw new ConvaeError(
      'DATA_INVALID',
      `${name}: ${channels} channels, expected N×H×W×C with C = 1 (grey) or 3 (RGB)`,
    );
  const pixels = count * height * width * channels;
  checkLimit(pixels, maxBytes, `${name}: holds`, 'bytes of pixels');
  const headerBytes = 4 + 4 * dimensions.length;
  return { count, height, width, channels, headerBytes, totalBytes: headerBytes + pixels };
}

/**
 * The images of an IDX file (already unzipped); the pixels are a view of `bytes`, not a copy.
 * @throws ConvaeError as {@link parseIdxImagesHeader}; a length other than announced is DATA_TRUNCATED or DATA_INVALID.
 */
export function parseIdxImages(bytes: Uint8Array, name = 'IDX bytes'): ImageBatch {
  const { count, height, width, channels, headerBytes, totalBytes } = parseIdxImagesHeader(bytes, name);
  requireLength(bytes, totalBytes, name);
  return { data: bytes.subarray(headerBytes), count, height, width, channels };
}

/** Number of labels and length of the file, from the beginning of an IDX file of labels. */
export function parseIdxLabelsHeader(
  bytes: Uint8Array,
  name = 'IDX bytes',
): { count: number; totalBytes: number } {
  const [count] = dimensionsOf(bytes, name, [1], 'labels') as [number];
  requireCount(count, name, 'labels');
  return { count, totalBytes: 8 + count };
}

/**
 * The labels of an IDX file (already unzipped): uint8, a view of `bytes`.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED or LIMIT_EXCEEDED.
 */
export function parseIdxLabels(bytes: Uint8Array, name = 'IDX bytes'): Uint8Array {
  requireLength(bytes, parseIdxLabelsHeader(bytes, name).totalBytes, name);
  return bytes.subarray(8);
}

function formatHeader(dimensions: readonly number[]): Uint8Array {
  for (const dimension of dimensions)
    checkInteger(dimension, 'a dimension of an IDX file', 0, MAX_IDX_DIMENSION);
  const bytes = new Uint8Array(4 + 4 * dimensions.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (UBYTE << 8) | dimensions.length);
  dimensions.forEach((dimension, i) => {
    view.setUint32(4 + 4 * i, dimension);
  });
  return bytes;
}

/**
 * The header of an IDX file of images: N×H×W for grey, N×H×W×3 for RGB; the pixels of all images follow it.
 * @throws RangeError where a number does not fit into 32 bits.
 */
export function formatIdxImagesHeader({
  count,
  height,
  width,
  channels,
}: Omit<ImageBatch, 'data'>): Uint8Array {
  return formatHeader(channels === 1 ? [count, height, width] : [count, height, width, channels]);
}

/**
 * Images as an IDX file: N×H×W for grey, N×H×W×3 for RGB.
 * @throws RangeError where the data's length is not count·height·width·channels, or there are no images.
 */
export function formatIdxImages(images: ImageBatch): Uint8Array {
  const { data, count, height, width, channels } = images;
  const length = count * height * width * channels;
  if (data.length !== length || length === 0 || (channels !== 1 && channels !== 3))
    throw new RangeError(
      `expected count·height·width·channels bytes, 1 or 3 channels, for images, ` +
        `received ${data.length} bytes for ${count}×${height}×${width}×${channels}`,
    );
  return joinBytes([formatIdxImagesHeader(images), data]);
}

/** Labels as an IDX file. */
export function formatIdxLabels(labels: Uint8Array): Uint8Array {
  return joinBytes([formatHeader([labels.length]), labels]);
}
