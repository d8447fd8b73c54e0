import type { Picture } from '../mosaic/mosaic.js';

/** One way to use a codec: everything but the quality is fixed. */
export interface Variant {
  /** What sets it apart, in words: `4:2:0`; empty where a codec has one way alone. */
  readonly name: string;
  /** Coarse to fine; one that means nothing for lossless codecs. */
  readonly qualities: readonly number[];
  readonly encode: (picture: Picture, quality: number) => Promise<Uint8Array>;
}

/** A codec for pictures, in the settings that the comparison uses. */
export interface PictureCodec {
  /** `WebP`. */
  readonly name: string;
  /** Of the library, part of what the figures depend on. */
  readonly version: string;
  /** The settings that all variants share, in words. */
  readonly settings: string;
  readonly lossless: boolean;
  /** The ways to use it for pictures of 1, 3 or 4 channels: at each PSNR the best one counts. */
  readonly variants: (channels: number) => readonly Variant[];
  /** Rough seconds for a file, and for a million pixels. */
  readonly cost: { readonly file: number; readonly megapixel: number };
  /** @param channels what the picture had. */
  readonly decode: (bytes: Uint8Array, channels: number) => Promise<Picture>;
}

/** A codec that may not run here. */
export interface CodecEntry {
  readonly label: string;
  /** True: it loses nothing. */
  readonly lossless?: boolean;
  /** True: it takes so long that lossless comparisons alone measure it. */
  readonly slow?: boolean;
  /** Rejects where it does not run. @param channels of the pictures: 1 grey, 3 RGB, 4 RGBA. */
  readonly load: (channels: number) => Promise<PictureCodec>;
}

/** Of lossless codecs. */
export const NO_QUALITY: readonly number[] = [0];

/** Where a channel comes from: grey is the green one, RGB repeats grey, opaque where there is no alpha. */
function sourceOf(channel: number, from: number, to: number): number | undefined {
  if (channel === 3) return from === 4 ? 3 : undefined;
  if (from === 1) return 0;
  return to === 1 ? 1 : channel;
}

/** Pixels with 1, 3 or 4 channels as pixels with 1, 3 or 4. */
export function withChannels(picture: Picture, channels: number): Picture {
  const from = picture.channels;
  if (from === channels) return picture;
  const pixels = picture.height * picture.width;
  const data = new Uint8Array(pixels * channels).fill(255);
  for (let c = 0; c < channels; c++) {
    const source = sourceOf(c, from, channels);
    if (source === undefined) continue;
    for (let p = 0; p < pixels; p++) data[p * channels + c] = picture.data[p * from + source]!;
  }
  return { ...picture, data, channels };
}

/** RGBA, opaque where there is no alpha. */
export function toRgba(picture: Picture): Uint8ClampedArray {
  const { data } = withChannels(picture, 4);
  return new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
}
