import { createReadStream } from 'node:fs';
import { gzipSync } from 'node:zlib';
import {
  ConvaeError,
  formatIdxImages,
  formatIdxLabels,
  type IdxImagesHeader,
  type ImageBatch,
  MAX_IDX_BYTES,
  parseIdxImages,
  parseIdxImagesHeader,
  parseIdxLabels,
  parseIdxLabelsHeader,
} from '@convae/runtime/core';
import { gunzipped, isGzip, writeFileAtomic } from '@convae/runtime/node';
import { boundedSize, readBounded } from '../files/read.js';
import { sha256 } from '../files/sha256.js';

type HeaderParser = (bytes: Uint8Array, name: string) => { readonly totalBytes: number };

/** Unzips all of it, never to more than its header announces. */
async function unzip(bytes: Uint8Array, name: string, parseHeader: HeaderParser): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let [length, totalBytes] = [0, 0];
  for await (const piece of gunzipped([bytes], name)) {
    if (length === 0) ({ totalBytes } = parseHeader(piece, name));
    length += piece.length;
    if (length > totalBytes)
      throw new ConvaeError(
        'DATA_INVALID',
        `${name}: unzips to more than the ${totalBytes} bytes its header announces`,
      );
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function requireSha256(bytes: Uint8Array, expected: string | undefined, path: string): void {
  if (expected === undefined) return;
  const found = sha256(bytes);
  if (found !== expected)
    throw new ConvaeError('HASH_MISMATCH', `${path}: SHA-256 is ${found}, expected ${expected}`);
}

interface ReadIdxOptions {
  /** Lower-case hex digest of the file as it lies on the disk; checked where given. */
  readonly sha256?: string | undefined;
}

async function readIdx(source: string | Uint8Array, parseHeader: HeaderParser, options: ReadIdxOptions) {
  const name = typeof source === 'string' ? source : 'IDX bytes';
  const bytes = typeof source === 'string' ? await readBounded(source, MAX_IDX_BYTES) : source;
  requireSha256(bytes, options.sha256, name);
  return { name, bytes: isGzip(bytes) ? await unzip(bytes, name, parseHeader) : bytes };
}

/**
 * Reads IDX images from a file or from its bytes, raw or gzipped (told by the content, not by the name).
 * @returns uint8, N×H×W×C, C = 1 (IDX3) or 1 or 3 (IDX4).
 * @throws ConvaeError NOT_FOUND, DATA_INVALID, DATA_TRUNCATED, LIMIT_EXCEEDED or HASH_MISMATCH.
 */
export async function readIdxImages(
  source: string | Uint8Array,
  options: ReadIdxOptions = {},
): Promise<ImageBatch> {
  const { bytes, name } = await readIdx(source, parseIdxImagesHeader, options);
  return parseIdxImages(bytes, name);
}

/**
 * Reads IDX labels (uint8) from a file or from its bytes, raw or gzipped.
 * @throws ConvaeError as {@link readIdxImages}.
 */
export async function readIdxLabels(
  source: string | Uint8Array,
  options: ReadIdxOptions = {},
): Promise<Uint8Array> {
  const { bytes, name } = await readIdx(source, parseIdxLabelsHeader, options);
  return parseIdxLabels(bytes, name);
}

/** The first bytes of a stream, more than a header has; none where it is empty. */
async function beginningOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const bytes of stream) return bytes;
  return new Uint8Array();
}

/**
 * Reads only the header of an IDX file of images; of a raw file, its length is checked too.
 * @throws ConvaeError as {@link readIdxImages}.
 */
export async function peekIdxImages(path: string): Promise<IdxImagesHeader> {
  const size = await boundedSize(path, Number.POSITIVE_INFINITY);
  const head = await beginningOf(createReadStream(path));
  if (isGzip(head))
    return parseIdxImagesHeader(await beginningOf(gunzipped(createReadStream(path), path)), path);
  const header = parseIdxImagesHeader(head, path);
  if (size < header.totalBytes)
    throw new ConvaeError(
      'DATA_TRUNCATED',
      `${path}: ${size} bytes, its header announces ${header.totalBytes}`,
    );
  return header;
}

const zippedByName = (path: string, bytes: Uint8Array): Uint8Array =>
  path.endsWith('.gz') ? gzipSync(bytes) : bytes;

/**
 * Writes images as an IDX file, gzipped where the name ends in `.gz`: N×H×W for grey, N×H×W×3 for RGB.
 * @throws RangeError for images that contradict themselves, ConvaeError WRITE_FAILED.
 */
export async function writeIdxImages(path: string, images: ImageBatch): Promise<void> {
  await writeFileAtomic(path, zippedByName(path, formatIdxImages(images)));
}

/** Writes labels as an IDX file, gzipped where the name ends in `.gz`. @throws ConvaeError WRITE_FAILED. */
export async function writeIdxLabels(path: string, labels: Uint8Array): Promise<void> {
  await writeFileAtomic(path, zippedByName(path, formatIdxLabels(labels)));
}
