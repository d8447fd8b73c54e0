import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { PlacedImages } from '../codec/coding/index.js';
import { ConvaeError } from '../errors.js';
import { formatIdxImagesHeader, MAX_IDX_DIMENSION } from '../idx/index.js';
import type { ImageBatch } from '../image.js';
import { temporaryBeside } from '../node/byte-files.js';
import { encodePng } from '../node/image-files.js';
import { goneAtExit, writeWhole } from './destination.js';
import type { Streams } from './output.js';

/** Images to write: with gaps where some are lost. */
export interface DecodedImages {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Number of images, lost ones included. */
  readonly count: number;
  readonly images: AsyncIterable<PlacedImages>;
}

/** Whether an output is an IDX file (`.idx`, `.idx.gz`, or standard output) rather than a folder of PNG files. */
export const isIdxOutput = (path: string): boolean => path === '-' || /\.idx(\.gz)?$/i.test(path);

/** Writes images as one IDX file; lost images become black, so that the others keep their places. */
export async function writeIdxOutput(path: string, decoded: DecodedImages, streams: Streams): Promise<void> {
  if (decoded.count === 0) throw new ConvaeError('DATA_INVALID', 'there are no images to write as IDX');
  if (decoded.count > MAX_IDX_DIMENSION) {
    const most = `an IDX file holds at most ${MAX_IDX_DIMENSION}`;
    const problem = `there are ${decoded.count} images, ${most}: name a folder for -o`;
    throw new ConvaeError('LIMIT_EXCEEDED', problem);
  }
  if (decoded.channels === 4) {
    const problem = 'IDX files hold grey or RGB images, these are RGBA: name a folder for -o';
    throw new ConvaeError('UNSUPPORTED', problem);
  }
  await writeWhole(path, streams, async (write) => {
    const bytes = idxBytes(decoded);
    const stream = /\.gz$/i.test(path) ? Readable.from(bytes).compose(createGzip()) : bytes;
    for await (const piece of stream) await write(piece as Uint8Array);
  });
}

async function* idxBytes(decoded: DecodedImages): AsyncGenerator<Uint8Array, void, undefined> {
  yield formatIdxImagesHeader(decoded);
  let next = 0;
  for await (const { firstImage, images } of decoded.images) {
    checkSameSize(images, decoded);
    yield* blackImages(firstImage - next, decoded);
    yield images.data;
    next = firstImage + images.count;
  }
  yield* blackImages(decoded.count - next, decoded);
}

function* blackImages(count: number, { height, width, channels }: DecodedImages): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(height * width * channels);
}

function checkSameSize({ height, width }: ImageBatch, wanted: DecodedImages): void {
  if (height === wanted.height && width === wanted.width) return;
  throw new ConvaeError(
    'SHAPE_MISMATCH',
    `the container holds images of ${wanted.height}×${wanted.width} and of ${height}×${width}: an IDX file holds one ` +
      'size only, name a folder for -o',
  );
}

/** PNG files that are encoded at once. */
const WRITE_AHEAD = 16;

/** Writes images as PNG files named by their numbers; all of them appear when the last one is whole. */
export async function writePngOutput(folder: string, decoded: DecodedImages): Promise<void> {
  const target = resolve(folder);
  const there = await stat(target).catch(() => undefined);
  if (there && !there.isDirectory()) {
    const other = 'name a folder for PNG files, or a file that ends in .idx';
    throw new ConvaeError('WRITE_FAILED', `${folder} is a file: ${other}`);
  }
  const temporary = temporaryBeside(target);
  await goneAtExit(temporary, async () => {
    try {
      await mkdir(temporary, { recursive: true });
      await writePngs(temporary, decoded);
      if (there)
        for (const name of await readdir(temporary)) await rename(join(temporary, name), join(target, name));
      else await rename(temporary, target);
    } catch (cause) {
      if (cause instanceof ConvaeError) throw cause;
      const problem = `${folder} cannot be written: ${(cause as Error).message}`;
      throw new ConvaeError('WRITE_FAILED', problem, { cause });
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

async function writePngs(folder: string, { images, count }: DecodedImages): Promise<void> {
  const digits = Math.max(5, String(count).length);
  for await (const { firstImage, images: batch } of images) {
    for (let at = 0; at < batch.count; at += WRITE_AHEAD) {
      const some = Array.from({ length: Math.min(WRITE_AHEAD, batch.count - at) }, (_, i) => at + i);
      await Promise.all(
        some.map(async (i) => {
          const name = `${String(firstImage + i).padStart(digits, '0')}.png`;
          await writeFile(join(folder, name), await encodePng(batch, i));
        }),
      );
    }
  }
}
