import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from 'node:zlib';
import { ConvaeError, type ImageBatch } from '@convae/runtime';
import { errorsOf } from '../errors.js';
import { joinPlans, type Plan } from '../measurement.js';
import type { Figures } from '../result.js';
import { skippedBy } from '../skip.js';
import { programVersion, through } from './programs.js';

/** A coder of bytes that knows nothing of images. */
export interface ByteCodec {
  readonly name: string;
  readonly settings: string;
  /** Rough seconds for 7.8 MB. */
  readonly cost: number;
  /** Its version; rejects where it does not run here. */
  readonly version: () => Promise<string>;
  readonly encode: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly decode: (bytes: Uint8Array) => Promise<Uint8Array>;
}

const gzipCodec: ByteCodec = {
  name: 'gzip',
  settings: 'level 9',
  cost: 8,
  version: async () => `zlib ${process.versions.zlib}`,
  encode: (bytes) => promisify(gzip)(bytes, { level: 9 }),
  decode: promisify(gunzip),
};

const brotliCodec: ByteCodec = {
  name: 'brotli',
  settings: 'quality 11, window 2^24',
  cost: 25,
  version: async () => `brotli ${process.versions.brotli}`,
  encode: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  decode: promisify(brotliDecompress),
};

const xzCodec: ByteCodec = {
  name: 'xz',
  settings: '-9e',
  cost: 15,
  version: async () => programVersion('xz'),
  encode: (bytes) => through('xz', ['-9e', '-T1', '--stdout'], bytes),
  decode: (bytes) => through('xz', ['--decompress', '--stdout'], bytes),
};

/** The coders of bytes that are compared. */
export const BYTE_CODECS: readonly ByteCodec[] = [gzipCodec, brotliCodec, xzCodec];

/** Codes the raw pixels of all images as one stream. @throws ConvaeError RUN_FAILED where they do not come back. */
export async function measureBytes(codec: ByteCodec, images: ImageBatch): Promise<Figures> {
  const coded = await codec.encode(images.data);
  const decoded = new Uint8Array(await codec.decode(coded));
  if (Buffer.compare(decoded, images.data) !== 0)
    throw new ConvaeError('RUN_FAILED', `${codec.name} did not give back every byte`);
  const errors = errorsOf(images, { ...images, data: decoded });
  return { bytesPerImage: coded.length / images.count, ...errors };
}

async function planOne(codec: ByteCodec, images: ImageBatch): Promise<Plan> {
  const { name, settings } = codec;
  const label = `${name}, raw pixels as one stream`;
  try {
    const version = await codec.version();
    const method = {
      id: `${name}-stream`,
      label,
      family: 'bytes',
      use: 'together',
      lossless: true,
      details: `${version}; ${settings}`,
    } as const;
    const measurement = {
      method,
      setting: 'lossless',
      isRung: false,
      key: { codec: name, version, settings },
      cost: codec.cost * (images.data.length / 7.84e6) + 1,
      measure: () => measureBytes(codec, images),
    };
    return { measurements: [measurement], skipped: [] };
  } catch (error) {
    return { measurements: [], skipped: [skippedBy(label, error)] };
  }
}

/** The coders of bytes that run here; none without images of one size. */
export async function planBytes(images: ImageBatch | undefined, codecs: readonly ByteCodec[]): Promise<Plan> {
  if (images === undefined) return { measurements: [], skipped: [] };
  const plans = await Promise.all(codecs.map((codec) => planOne(codec, images)));
  return joinPlans(plans);
}
