import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { checkLimit } from '../checks.js';
import { ConvaeError, UsageError } from '../errors.js';
import { colourName, type ImageBatch, type ImageChannels, sliceBatch } from '../image.js';
import { openFileSource, streamSource } from '../node/byte-files.js';
import { openForReading } from '../node/folder.js';
import { isGzip, isIdx, readIdxFileStream } from '../node/idx-files.js';
import { decodeImageFile, MAX_IMAGE_FILE_BYTES, openImageFile } from '../node/image-files.js';
import { readAhead } from './read-ahead.js';

/** An input of `convae encode`: some images in order. */
export interface ImageInput {
  readonly count: number;
  /** What the i-th image is called: its file, or its place in an IDX file. */
  imageName(index: number): string;
  /** The images from a number on, some at a time; those before cost as little as the input allows. */
  images(from?: number): AsyncIterable<ImageBatch>;
}

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'];

/** Folders stand for the image files in them, in the order of their names. */
export async function expandFolders(inputs: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const input of inputs) files.push(...((await isFolder(input)) ? await imagesIn(input) : [input]));
  return files;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** @throws UsageError where more than one input is standard input. */
export function checkStandardInput(inputs: readonly string[]): void {
  if (inputs.filter((input) => input === '-').length > 1)
    throw new UsageError('standard input (-) can be read once only');
}

/**
 * Finds out what the inputs are: files or folders of PNG, JPEG and WebP images, IDX files (raw or gzipped), and `-`
 * for one of them on standard input.
 * @param channels of the bundle; image files are converted to them.
 * @throws ConvaeError NOT_FOUND, and what is wrong with an IDX file's header.
 */
export async function openInputs(
  inputs: readonly string[],
  channels: ImageChannels,
  stdin: AsyncIterable<Uint8Array> = nothing(),
): Promise<ImageInput[]> {
  const opened: ImageInput[] = [];
  let files: ImagePath[] = [];
  const flush = (): void => {
    if (files.length > 0) opened.push(imageFiles(files, channels));
    files = [];
  };
  for (const path of await expandFolders(inputs)) {
    const file = path === '-' ? undefined : await lookInto(path);
    if (file && !isIdx(file.start) && !isGzip(file.start)) files.push({ path, bytes: file.bytes });
    else {
      flush();
      opened.push(file ? await idxFile(path, file.start, channels) : await standardInput(stdin, channels));
    }
  }
  flush();
  return opened;
}

/** Images `start` to `end` (exclusive) of all inputs together. */
export async function* imagesOf(
  inputs: readonly ImageInput[],
  start = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<ImageBatch, void, undefined> {
  let at = 0;
  for (const input of inputs) {
    if (at >= end) return;
    if (at + input.count <= start) at += input.count;
    else {
      const from = Math.max(0, start - at);
      at += from;
      for await (const batch of input.images(from)) {
        yield sliceBatch(batch, 0, Math.min(batch.count, end - at));
        at += batch.count;
        if (at >= end) break;
      }
    }
  }
}

/** Batches without their first images. */
async function* without(
  batches: AsyncIterable<ImageBatch>,
  count: number,
): AsyncGenerator<ImageBatch, void, undefined> {
  let left = count;
  for await (const batch of batches) {
    if (left < batch.count) yield sliceBatch(batch, left, batch.count);
    left = Math.max(0, left - batch.count);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function imagesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder))
    .filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()))
    .sort();
  if (names.length === 0) throw new ConvaeError('NOT_FOUND', `${folder} holds no PNG, JPEG or WebP files`);
  return names.map((name) => join(folder, name));
}

/** A file's first two bytes, and how many it has. */
async function lookInto(path: string): Promise<{ start: Uint8Array; bytes: number }> {
  const file = await openForReading(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0);
    return { start: buffer.subarray(0, bytesRead), bytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

/** An image file and how many bytes it has. */
interface ImagePath {
  readonly path: string;
  readonly bytes: number;
}

function imageFiles(files: readonly ImagePath[], channels: ImageChannels): ImageInput {
  return {
    count: files.length,
    imageName: (index) => files[index]!.path,
    images: (from = 0) => readAhead(files.slice(from), ({ path }) => openImageFile(path, channels)),
  };
}

async function idxFile(path: string, start: Uint8Array, channels: ImageChannels): Promise<ImageInput> {
  const opened = async () => {
    const source = await openFileSource(path);
    return { source, ...(await readIdxFileStream(streamSource(source), start, path)) };
  };
  const { source, header, images } = await opened();
  await images.return();
  await source.close();
  checkChannels(path, header.channels, channels);
  return {
    count: header.count,
    imageName: (index) => `${path}#${index}`,
    images: async function* (from = 0) {
      const again = await opened();
      await using _source = again.source;
      yield* without(again.images, from);
    },
  };
}

/** Image files are converted to the channels of the bundle; an IDX file holds what was measured, and is not. */
function checkChannels(name: string, found: number, wanted: ImageChannels): void {
  if (found === wanted) return;
  const [held, taken] = [colourName(found as ImageChannels), colourName(wanted)];
  throw new ConvaeError('SHAPE_MISMATCH', `${name} holds ${held} images, this bundle takes ${taken} images`);
}

/** The first bytes of standard input tell what it holds; an image file is read whole. */
async function standardInput(stdin: AsyncIterable<Uint8Array>, channels: ImageChannels): Promise<ImageInput> {
  const name = 'standard input';
  const iterator = stdin[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < 2) {
    const { done, value } = await iterator.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  async function* all() {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const start = Buffer.concat(first);
  if (isIdx(start) || isGzip(start)) {
    const { header, images } = await readIdxFileStream(all(), start, name);
    // A pipe that goes on would keep the command running.
    if (header.channels !== channels) await images.return();
    checkChannels(name, header.channels, channels);
    const imageName = (index: number): string => `${name}#${index}`;
    return { count: header.count, imageName, images: (from = 0) => without(images, from) };
  }
  const image = await decodeImageFile(await readAll(all(), name), channels, name);
  return {
    count: 1,
    imageName: () => name,
    images: async function* () {
      yield image;
    },
  };
}

async function readAll(stream: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    length += piece.length;
    checkLimit(length, MAX_IMAGE_FILE_BYTES, `${name} has`, 'bytes or more');
  }
  return Buffer.concat(pieces);
}
