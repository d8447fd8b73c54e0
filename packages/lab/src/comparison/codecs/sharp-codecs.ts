import type { ImageChannels } from '@convae/runtime';
import sharp, { type Sharp } from 'sharp';
import type { Picture } from '../mosaic/mosaic.js';
import { NO_QUALITY, type PictureCodec, withChannels } from './picture-codec.js';

function opened({ data, height, width, channels }: Picture): Sharp {
  const raw = { height, width, channels: channels as ImageChannels };
  const image = sharp(data, { raw, limitInputPixels: false });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** Decodes what sharp can read. */
export async function decodeWithSharp(bytes: Uint8Array, channels: number): Promise<Picture> {
  const { data, info } = await sharp(bytes, { limitInputPixels: false })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { height, width } = info;
  return withChannels({ data, height, width, channels: info.channels }, channels);
}

type Encoder = (image: Sharp, quality: number) => Sharp;

const encodeWith =
  (encoder: Encoder) =>
  (picture: Picture, quality: number): Promise<Uint8Array> =>
    encoder(opened(picture), quality).toBuffer();

const libraries = sharp.versions as Readonly<Record<string, string | undefined>>;

/** JPEG by mozjpeg. */
export const jpeg: PictureCodec = {
  name: 'JPEG',
  version: `mozjpeg ${libraries.mozjpeg}`,
  // Of sharp's quantization tables, with and without trellis, the best for PSNR on mosaics of training images.
  settings: 'progressive, optimised scans, flat quantization table, 4:4:4',
  lossless: false,
  opaque: true,
  qualities: {
    mosaic: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18],
    file: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16],
  },
  maxFiles: Number.POSITIVE_INFINITY,
  cost: { mosaic: 1, file: 0.0008 },
  encode: encodeWith((image, quality) =>
    image.jpeg({
      quality,
      progressive: true,
      optimiseScans: true,
      quantisationTable: 1,
      chromaSubsampling: '4:4:4',
    }),
  ),
  decode: decodeWithSharp,
};

/** AVIF by aom. */
export const avif: PictureCodec = {
  name: 'AVIF',
  version: `aom ${libraries.aom}, libheif ${libraries.heif}`,
  settings: 'effort 5 (aom speed 4), tuned for PSNR, 4:4:4',
  lossless: false,
  qualities: { mosaic: [1, 3, 5, 7, 9], file: [1, 4, 8] },
  maxFiles: 1000,
  cost: { mosaic: 40, file: 0.02 },
  encode: encodeWith((image, quality) =>
    image.avif({ quality, effort: 5, tune: 'psnr', chromaSubsampling: '4:4:4' }),
  ),
  decode: decodeWithSharp,
};

/** PNG by libspng and zlib-ng. */
export const png: PictureCodec = {
  name: 'PNG',
  version: `libpng ${libraries.png}, zlib-ng ${libraries['zlib-ng']}`,
  settings: 'level 9, adaptive filtering where it is smaller',
  lossless: true,
  qualities: NO_QUALITY,
  maxFiles: Number.POSITIVE_INFINITY,
  cost: { mosaic: 3, file: 0.0008 },
  encode: async (picture) => {
    const both = [true, false].map((adaptiveFiltering) =>
      opened(picture).png({ compressionLevel: 9, adaptiveFiltering }).toBuffer(),
    );
    const [filtered, plain] = await Promise.all(both);
    return filtered!.length < plain!.length ? filtered! : plain!;
  },
  decode: decodeWithSharp,
};

/** WebP lossless by libwebp. */
export const webpLossless: PictureCodec = {
  name: 'WebP lossless',
  version: `libwebp ${libraries.webp}`,
  settings: 'effort 6',
  lossless: true,
  qualities: NO_QUALITY,
  maxFiles: Number.POSITIVE_INFINITY,
  cost: { mosaic: 10, file: 0.0015 },
  encode: encodeWith((image) => image.webp({ lossless: true, effort: 6, quality: 100 })),
  decode: decodeWithSharp,
};
