import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Picture } from '../mosaic/mosaic.js';
import { NO_QUALITY, type PictureCodec } from './picture-codec.js';
import { fromPnm, toPnm } from './pnm.js';
import { programVersion, through } from './programs.js';

/** What all have: no loss, and the modular mode. */
const ALL = ['--distance=0', '--modular=1', '--num_threads=0', '--quiet'];

/**
 * Each picture gets the best of them. On a mosaic of 600 training images the second was the smallest of ten: groups of 1024
 * pixels, a tree learnt from all pixels, all predictors. More properties and no palettes changed nothing, one predictor alone
 * took more. The first helps single files.
 */
const OPTIONS: readonly (readonly string[])[] = [
  ['-e', '7'],
  ['-e', '9', '-g', '3', '-I', '100'],
];

/** Gives a program a file and takes the one that it writes. @throws ConvaeError RUN_FAILED. */
async function converted(
  program: string,
  bytes: Uint8Array,
  [from, to]: readonly [string, string],
  options: readonly string[],
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'convae-jxl-'));
  try {
    const [input, output] = [join(folder, `in.${from}`), join(folder, `out.${to}`)];
    await writeFile(input, bytes);
    await through(program, [input, output, ...options], new Uint8Array());
    return new Uint8Array(await readFile(output));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function encodeSmallest(picture: Picture): Promise<Uint8Array> {
  const pnm = toPnm(picture);
  let best: Uint8Array | undefined;
  for (const options of OPTIONS) {
    const coded = await converted('cjxl', pnm, ['pam', 'jxl'], [...ALL, ...options]);
    if (best === undefined || coded.length < best.length) best = coded;
  }
  return best!;
}

/** JPEG XL's modular mode by the programs cjxl and djxl, with options that the libraries do not offer. */
export async function loadModularJpegXl(): Promise<PictureCodec> {
  const version = programVersion('cjxl');
  programVersion('djxl');
  return {
    name: 'JPEG XL modular',
    version,
    settings: `the smallest of ${OPTIONS.map((options) => options.join(' ')).join('; ')}`,
    lossless: true,
    variants: () => [{ name: '', qualities: NO_QUALITY, encode: encodeSmallest }],
    cost: { file: 0.5, megapixel: 120 },
    decode: async (bytes, channels) =>
      fromPnm(await converted('djxl', bytes, ['jxl', channels === 4 ? 'pam' : 'ppm'], ['--quiet'])),
  };
}
