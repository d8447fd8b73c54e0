import { ConvaeError } from '@convae/runtime';
import type { Picture } from '../mosaic/mosaic.js';
import { NO_QUALITY, type PictureCodec, toRgba, type Variant, withChannels } from './picture-codec.js';
import { decodeWithSharp } from './sharp-codecs.js';
import { defaultOptions, packageVersion, startModule } from './wasm-module.js';

interface EncoderModule {
  encode(rgba: Uint8ClampedArray, width: number, height: number, options: object): Uint8Array | null;
}

interface DecoderModule {
  decode(bytes: Uint8Array): { data: Uint8ClampedArray; width: number; height: number } | null;
}

function failed(what: string): ConvaeError {
  return new ConvaeError('RUN_FAILED', `${what} gave nothing back`);
}

type Encode = (picture: Picture, options: object) => Promise<Uint8Array>;

/** The encoder of a @jsquash package; options not given keep the package's defaults. */
async function loadEncoder(name: string, path: string): Promise<Encode> {
  const module = await startModule<EncoderModule>(`${name}/${path}`);
  const defaults = await defaultOptions(name);
  return async (picture, options) => {
    const all = { ...defaults, ...options };
    const bytes = module.encode(toRgba(picture), picture.width, picture.height, all);
    if (bytes === null) throw failed(name);
    // A view of the module's memory is overwritten by the next call.
    return bytes.slice();
  };
}

const variant = (name: string, qualities: readonly number[], encode: Encode, options: object): Variant => ({
  name,
  qualities,
  encode: (picture, quality) => encode(picture, { ...options, quality }),
});

const WEBP_QUALITIES: readonly number[] = [0, 0.03, 0.1, 0.3, 0.8, 1.5, 3, 6, 11, 18, 27, 38, 50, 63, 76, 86];
// Of spatial noise shaping, segments, filters and passes, the best for PSNR on training images.
const WEBP_OPTIONS = { method: 6, sns_strength: 0, segments: 1 };

/** Colour may be subsampled with more care, alpha lose something, too. */
function webpVariants(encode: Encode, channels: number): Variant[] {
  const of = (name: string, options: object = {}): Variant =>
    variant(name, WEBP_QUALITIES, encode, { ...WEBP_OPTIONS, ...options });
  if (channels === 1) return [of('')];
  const sharp = { use_sharp_yuv: 1 };
  // The loop filter helps single files; in mosaics it smears images into their neighbours.
  if (channels === 3)
    return [
      of('4:2:0, sharp YUV', sharp),
      of('4:2:0, sharp YUV, no filter', { ...sharp, filter_strength: 0 }),
    ];
  return [
    of('4:2:0, sharp YUV, exact alpha', sharp),
    of('4:2:0, sharp YUV, alpha quality 60', { ...sharp, alpha_quality: 60 }),
    of('4:2:0, sharp YUV, alpha quality 20', { ...sharp, alpha_quality: 20 }),
  ];
}

/** WebP lossy by libwebp itself: sharp ends at quality 1, and qualities below reach down by 3 dB. */
export async function loadWebp(): Promise<PictureCodec> {
  const encode = await loadEncoder('@jsquash/webp', 'codec/enc/webp_enc_simd');
  return {
    name: 'WebP',
    version: `libwebp of @jsquash/webp ${packageVersion('@jsquash/webp')}`,
    settings: 'method 6, no noise shaping, 1 segment',
    lossless: false,
    variants: (channels) => webpVariants(encode, channels),
    cost: { file: 0.001, megapixel: 0.8 },
    decode: decodeWithSharp,
  };
}

async function loadJpegXlDecoder(): Promise<PictureCodec['decode']> {
  const module = await startModule<DecoderModule>('@jsquash/jxl/codec/dec/jxl_dec');
  return async (bytes, channels) => {
    const decoded = module.decode(bytes);
    if (decoded === null) throw failed('the JPEG XL decoder');
    const { height, width } = decoded;
    return withChannels({ data: new Uint8Array(decoded.data), height, width, channels: 4 }, channels);
  };
}

async function jpegXl() {
  return {
    encode: await loadEncoder('@jsquash/jxl', 'codec/enc/jxl_enc'),
    version: `libjxl of @jsquash/jxl ${packageVersion('@jsquash/jxl')}`,
    decode: await loadJpegXlDecoder(),
  };
}

/**
 * JPEG XL by libjxl, which sharp's binaries leave out; pictures go in as RGBA, it knows no other. On training images the
 * modular mode is the smaller one for little files, the transform for photos and low rates.
 */
export async function loadJpegXl(): Promise<PictureCodec> {
  const { encode, ...known } = await jpegXl();
  const transform = { effort: 7 };
  const modular = { effort: 9, lossyModular: true };
  return {
    ...known,
    name: 'JPEG XL',
    settings: 'transform at effort 7, lossy modular mode at effort 9',
    lossless: false,
    variants: () => [
      variant('transform', [2, 4, 6.5, 10, 17, 27, 38, 50, 62, 74, 85], encode, transform),
      variant('modular', [0, 1, 2.5, 5, 9, 14, 21, 30, 40, 52, 65, 78], encode, modular),
    ],
    cost: { file: 0.012, megapixel: 2.5 },
  };
}

/** JPEG XL without loss. */
export async function loadLosslessJpegXl(): Promise<PictureCodec> {
  const { encode, ...known } = await jpegXl();
  const exactly = (picture: Picture, effort: number): Promise<Uint8Array> =>
    encode(picture, { effort, lossless: true, quality: 100 });
  return {
    ...known,
    name: 'JPEG XL lossless',
    settings: 'the smaller one of efforts 7 and 9',
    lossless: true,
    variants: () => [
      {
        name: '',
        qualities: NO_QUALITY,
        encode: async (picture) => {
          const [quick, slow] = [await exactly(picture, 7), await exactly(picture, 9)];
          return quick.length < slow.length ? quick : slow;
        },
      },
    ],
    cost: { file: 0.045, megapixel: 20 },
  };
}
