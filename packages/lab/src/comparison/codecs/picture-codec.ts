import type { Picture } from '../mosaic/mosaic.js';

/** A codec for pictures, in the settings that the comparison uses. */
export interface PictureCodec {
  /** `WebP`. */
  readonly name: string;
  /** Of the library, part of what the figures depend on. */
  readonly version: string;
  /** The settings besides the quality, in words. */
  readonly settings: string;
  readonly lossless: boolean;
  /** True where it has no alpha channel. */
  readonly opaque?: true;
  /** Coarse to fine; one that means nothing for lossless codecs, none where a layout is not measured. */
  readonly qualities: { readonly mosaic: readonly number[]; readonly file: readonly number[] };
  /** Most images that are coded one by one; a seeded sample where there are more. */
  readonly maxFiles: number;
  /** Rough seconds for one mosaic of 2800×2800, and for one small file. */
  readonly cost: { readonly mosaic: number; readonly file: number };
  readonly encode: (picture: Picture, quality: number) => Promise<Uint8Array>;
  /** @param channels what the picture had, 1, 3 or 4. */
  readonly decode: (bytes: Uint8Array, channels: number) => Promise<Picture>;
}

/** A codec that may not run here. */
export interface CodecEntry {
  readonly label: string;
  /** Rejects where it does not. */
  readonly load: () => Promise<PictureCodec>;
}

/** Of lossless codecs. */
export const NO_QUALITY = { mosaic: [0], file: [0] } as const;

/** Pixels with 1, 3 or 4 channels as pixels with 1 (the green one), 3 or 4 (opaque where they had no alpha). */
export function withChannels(picture: Picture, channels: number): Picture {
  const from = picture.channels;
  if (from === channels) return picture;
  const pixels = picture.height * picture.width;
  const data = new Uint8Array(pixels * channels);
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < channels; c++) {
      const source = from < 3 ? 0 : channels === 1 ? 1 : c;
      data[p * channels + c] = c === 3 ? 255 : picture.data[p * from + source]!;
    }
  }
  return { ...picture, data, channels };
}

/** RGBA, opaque unless the picture has alpha. */
export function toRgba({ data, height, width, channels }: Picture): Uint8ClampedArray {
  if (channels === 4) return new Uint8ClampedArray(data);
  const rgba = new Uint8ClampedArray(4 * height * width);
  for (let p = 0; p < height * width; p++) {
    for (let c = 0; c < 3; c++) rgba[4 * p + c] = data[p * channels + (channels === 1 ? 0 : c)]!;
    rgba[4 * p + 3] = 255;
  }
  return rgba;
}
