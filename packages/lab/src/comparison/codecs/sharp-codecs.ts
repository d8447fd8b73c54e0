import { ConvaeError } from '@convae/runtime';
import sharp, { type AvifOptions, type JpegOptions, type Sharp } from 'sharp';
import type { Picture } from '../mosaic/mosaic.js';
import {
  type CodecEntry,
  NO_QUALITY,
  type PictureCodec,
  type Variant,
  withChannels,
} from './picture-codec.js';

function opened({ data, height, width, channels }: Picture): Sharp {
  const raw = { height, width, channels: channels as 1 | 3 | 4 };
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

/** The single way to use a codec without loss. */
const exactly = (encode: Variant['encode']) => (): Variant[] => [{ name: '', qualities: NO_QUALITY, encode }];

const libraries = sharp.versions as Readonly<Record<string, string | undefined>>;

/** What colour pictures may do with their colours. */
const SUBSAMPLINGS: readonly string[] = ['4:4:4', '4:2:0'];

const JPEG_QUALITIES: readonly number[] = [3, 4, 5, 7, 9, 12, 16, 21, 28, 36, 46, 58, 70, 82];

/** How a JPEG file is written, but for the quality. */
interface JpegWay {
  readonly name: string;
  readonly options: JpegOptions;
}

/** Baseline for small files, progressive for large ones; trellis quantization where there are colours, which it helps. */
const bestWays = (channels: number): JpegWay[] =>
  [false, true].map((progressive) => ({
    name: progressive ? 'progressive' : 'baseline',
    options: {
      ...{ progressive, optimiseScans: progressive, trellisQuantisation: channels > 1 },
      // Of sharp's quantization tables the best for PSNR on training images, alone and in mosaics.
      quantisationTable: 1,
    },
  }));

/** A codec for JPEG files. `load` throws ConvaeError UNSUPPORTED for RGBA. */
function jpeg(name: string, settings: string, waysFor: (channels: number) => JpegWay[]): CodecEntry {
  const codec: PictureCodec = {
    name,
    version: `mozjpeg ${libraries.mozjpeg}`,
    settings,
    lossless: false,
    variants: (channels) =>
      (channels > 1 ? SUBSAMPLINGS : ['']).flatMap((subsampling) =>
        waysFor(channels).map((way) => ({
          name: [subsampling, way.name].filter(Boolean).join(', '),
          qualities: JPEG_QUALITIES,
          encode: encodeWith((image, quality) =>
            image.jpeg({ quality, ...way.options, chromaSubsampling: subsampling || '4:4:4' }),
          ),
        })),
      ),
    cost: { file: 0.0008, megapixel: 0.3 },
    decode: decodeWithSharp,
  };
  const load = async (channels: number): Promise<PictureCodec> => {
    if (channels === 4) throw new ConvaeError('UNSUPPORTED', 'it has no alpha');
    return codec;
  };
  return { label: name, load };
}

/** JPEG by mozjpeg, at its best for PSNR. */
export const bestJpeg = jpeg(
  'JPEG',
  'optimised Huffman tables and scans, flat quantization table, trellis for colour',
  bestWays,
);

/** JPEG as most programs write it. */
export const plainJpeg = jpeg('Plain JPEG', "libjpeg's usual options: Annex K's tables, baseline", () => [
  { name: '', options: { optimiseCoding: false } },
]);

function avifVariants(channels: number): Variant[] {
  return (channels === 1 ? [''] : SUBSAMPLINGS).map((name): Variant => {
    const options: AvifOptions = { effort: 5, tune: 'psnr', chromaSubsampling: name || '4:4:4' };
    return {
      name,
      qualities: [1, 4, 8, 12, 17, 23, 30, 38, 47, 57],
      encode: encodeWith((image, quality) => image.avif({ quality, ...options })),
    };
  });
}

/** AVIF by aom. */
export const avif: PictureCodec = {
  name: 'AVIF',
  version: `aom ${libraries.aom}, libheif ${libraries.heif}`,
  settings: 'effort 5 (aom speed 4), tuned for PSNR',
  lossless: false,
  variants: avifVariants,
  cost: { file: 0.008, megapixel: 3 },
  decode: decodeWithSharp,
};

const encodePalette = encodeWith((image, colours) =>
  image.png({ palette: true, colours, dither: 0, effort: 10, compressionLevel: 9 }),
);

/** Colours of a palette, most. */
const PALETTE_COLOURS = 256;

/** With a palette, where no colour is lost by it. */
async function exactPalette(picture: Picture): Promise<Uint8Array | undefined> {
  const bytes = await encodePalette(picture, PALETTE_COLOURS);
  const { data } = await decodeWithSharp(bytes, picture.channels);
  return Buffer.compare(data, picture.data) === 0 ? bytes : undefined;
}

/** PNG by libspng and zlib-ng. */
export const png: PictureCodec = {
  name: 'PNG',
  version: `libpng ${libraries.png}, zlib-ng ${libraries['zlib-ng']}`,
  settings: 'level 9, the smallest of: adaptive filtering, none, an exact palette',
  lossless: true,
  variants: exactly(async (picture) => {
    const both = [true, false].map((adaptiveFiltering) =>
      opened(picture).png({ compressionLevel: 9, adaptiveFiltering }).toBuffer(),
    );
    const found = await Promise.all([...both, exactPalette(picture)]);
    return found.reduce((best, each) => (each && (!best || each.length < best.length) ? each : best))!;
  }),
  cost: { file: 0.002, megapixel: 1 },
  decode: decodeWithSharp,
};

/** PNG with a palette, which loses colours: what pictures with alpha are often made smaller by; for them alone. */
export const palettePng: PictureCodec = {
  ...png,
  name: 'PNG with a palette',
  settings: 'level 9, libimagequant, no dithering; the quality is the number of colours',
  lossless: false,
  variants: (channels) => {
    const qualities = [2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256];
    return channels === 4 ? [{ name: '', qualities, encode: encodePalette }] : [];
  },
};

/** WebP lossless by libwebp. */
export const webpLossless: PictureCodec = {
  name: 'WebP lossless',
  version: `libwebp ${libraries.webp}`,
  settings: 'effort 6',
  lossless: true,
  variants: exactly(encodeWith((image) => image.webp({ lossless: true, effort: 6, quality: 100 }))),
  cost: { file: 0.0015, megapixel: 1.3 },
  decode: decodeWithSharp,
};
