import { ConvaeError } from '@convae/runtime';
import type { Picture } from '../mosaic/mosaic.js';
import { NO_QUALITY, type PictureCodec, toRgba, withChannels } from './picture-codec.js';
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

/** WebP lossy by libwebp itself: sharp ends at quality 1, and qualities below reach down by 3 dB. */
export async function loadWebp(): Promise<PictureCodec> {
  const encode = await loadEncoder('@jsquash/webp', 'codec/enc/webp_enc_simd');
  // Of spatial noise shaping, segments, filters and passes, the best for PSNR on mosaics of training images.
  const settings = { method: 6, sns_strength: 0, segments: 1 };
  return {
    name: 'WebP',
    version: `libwebp of @jsquash/webp ${packageVersion('@jsquash/webp')}`,
    settings: 'method 6, no noise shaping, 1 segment',
    lossless: false,
    qualities: {
      mosaic: [0, 0.003, 0.01, 0.03, 0.08, 0.15, 0.3, 0.5, 0.8, 1.1, 1.5, 2.1, 3, 4, 5, 6.5],
      file: [0, 0.02, 0.1, 0.3, 0.7, 1.2, 2.5, 5],
    },
    maxFiles: 1000,
    cost: { mosaic: 4, file: 0.003 },
    encode: (picture, quality) => encode(picture, { ...settings, quality }),
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

/** The ways to use JPEG XL that are compared. */
export type JpegXlMode = 'transform' | 'modular' | 'lossless';

const JPEG_XL_MODES: Readonly<
  Record<
    JpegXlMode,
    Pick<PictureCodec, 'name' | 'settings' | 'lossless' | 'qualities' | 'cost'> & { options: object }
  >
> = {
  // On mosaics of training images the smaller one below about 22 dB; efforts 8 and 9 gave more bytes at equal PSNR.
  transform: {
    name: 'JPEG XL',
    settings: 'effort 7',
    lossless: false,
    qualities: { mosaic: [4, 5, 6.5, 8], file: [] },
    cost: { mosaic: 30, file: 0.01 },
    options: { effort: 7 },
  },
  // On training images the smaller one for single files and above about 22 dB.
  modular: {
    name: 'JPEG XL modular',
    settings: 'lossy modular mode, effort 9',
    lossless: false,
    qualities: { mosaic: [0, 1, 2.5, 5, 9, 13], file: [0, 1, 2, 4, 6, 9, 13] },
    cost: { mosaic: 35, file: 0.01 },
    options: { effort: 9, lossyModular: true },
  },
  lossless: {
    name: 'JPEG XL lossless',
    settings: 'effort 9',
    lossless: true,
    qualities: NO_QUALITY,
    cost: { mosaic: 130, file: 0.03 },
    options: { effort: 9, lossless: true },
  },
};

/** JPEG XL by libjxl, which sharp's binaries leave out; pictures go in as RGBA, it knows no other. */
export async function loadJpegXl(mode: JpegXlMode): Promise<PictureCodec> {
  const encode = await loadEncoder('@jsquash/jxl', 'codec/enc/jxl_enc');
  const { options, ...known } = JPEG_XL_MODES[mode];
  return {
    ...known,
    version: `libjxl of @jsquash/jxl ${packageVersion('@jsquash/jxl')}`,
    maxFiles: 1000,
    encode: (picture, quality) => encode(picture, { ...options, quality: known.lossless ? 100 : quality }),
    decode: await loadJpegXlDecoder(),
  };
}
