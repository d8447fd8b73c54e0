import type { ImageBatch } from '@convae/runtime';

/** One picture as codecs take it: uint8, H×W×C, 1 channel grey, 3 RGB or 4 RGBA. */
export interface Picture {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Longest side of a mosaic, pixels: what WebP can hold. */
const MAX_MOSAIC_SIDE = 16383;
/** Most pixels of a mosaic; more images make several. */
export const MAX_MOSAIC_PIXELS = 1 << 25;

/** How images lie in a mosaic: row by row, the last row filled up with black. */
export interface MosaicLayout {
  readonly columns: number;
  readonly rows: number;
}

/** The layout nearest to a square for so many images of this size. */
export function mosaicLayout(
  count: number,
  { height, width }: Pick<ImageBatch, 'height' | 'width'>,
): MosaicLayout {
  const columns = Math.max(1, Math.min(count, Math.round(Math.sqrt((count * height) / width))));
  return { columns, rows: Math.ceil(count / columns) };
}

/** Most images of this size in one mosaic, at least 1. */
export function mosaicCapacity({ height, width }: Pick<ImageBatch, 'height' | 'width'>): number {
  const side = Math.floor(Math.sqrt(MAX_MOSAIC_PIXELS));
  const columns = Math.floor(Math.min(MAX_MOSAIC_SIDE, side) / width);
  const rows = Math.floor(Math.min(MAX_MOSAIC_SIDE, side) / height);
  return Math.max(1, columns * rows);
}

/** Calls `visit` with the place of every row of pixels of every image: in the batch, and in the mosaic. */
function eachRow(
  { count, height, width, channels }: Omit<ImageBatch, 'data'>,
  { columns }: MosaicLayout,
  visit: (inImages: number, inMosaic: number, length: number) => void,
): void {
  const length = width * channels;
  for (let n = 0; n < count; n++) {
    const top = Math.floor(n / columns) * height;
    const left = (n % columns) * length;
    for (let y = 0; y < height; y++) {
      visit((n * height + y) * length, (top + y) * columns * length + left, length);
    }
  }
}

/** All images side by side in one picture. */
export function toMosaic(images: ImageBatch): Picture {
  const layout = mosaicLayout(images.count, images);
  const [height, width] = [layout.rows * images.height, layout.columns * images.width];
  const data = new Uint8Array(height * width * images.channels);
  eachRow(images, layout, (from, to, length) => data.set(images.data.subarray(from, from + length), to));
  return { data, height, width, channels: images.channels };
}

/**
 * The images of a mosaic again.
 * @throws RangeError where the picture is not of the size that {@link toMosaic} makes of such images.
 */
export function fromMosaic(picture: Picture, shape: Omit<ImageBatch, 'data'>): ImageBatch {
  const layout = mosaicLayout(shape.count, shape);
  const expected = [layout.rows * shape.height, layout.columns * shape.width, shape.channels];
  const received = [picture.height, picture.width, picture.channels];
  if (expected.join() !== received.join()) {
    throw new RangeError(`expected ${expected.join('×')} for the mosaic, received ${received.join('×')}`);
  }
  const { count, height, width, channels } = shape;
  const data = new Uint8Array(count * height * width * channels);
  eachRow(shape, layout, (to, from, length) => data.set(picture.data.subarray(from, from + length), to));
  return { data, count, height, width, channels };
}
