import type { ImageBatch } from '@convae/runtime/web';
import { decode, encode } from 'blurhash';
import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash';
import { rgbaOf } from './browser-formats.js';

/** A placeholder of another kind. */
export interface Hash {
  readonly name: string;
  /** Bytes, of BlurHash characters. */
  readonly length: number;
  /** What it decodes to, RGB of the size of the original. */
  readonly image: ImageBatch;
}

/** Components of BlurHash across and down, those that its pages show. */
const COMPONENTS = [4, 3] as const;

/** The first three of four channels. */
function rgbOf(rgba: ArrayLike<number>, { height, width }: Pick<ImageBatch, 'height' | 'width'>): ImageBatch {
  const data = Uint8Array.from(
    { length: 3 * height * width },
    (_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]!,
  );
  return { data, count: 1, height, width, channels: 3 };
}

/** Placeholders of other kinds of a small square picture, RGB. */
export function hashesOf(image: ImageBatch): Hash[] {
  const { height, width } = image;
  const rgba = rgbaOf(image);
  const blurHash = encode(rgba, width, height, ...COMPONENTS);
  const thumbHash = rgbaToThumbHash(width, height, rgba);
  const { w, h, rgba: thumb } = thumbHashToRGBA(thumbHash);
  return [
    { name: 'BlurHash', length: blurHash.length, image: rgbOf(decode(blurHash, width, height), image) },
    { name: 'ThumbHash', length: thumbHash.length, image: rgbOf(thumb, { height: h, width: w }) },
  ];
}
