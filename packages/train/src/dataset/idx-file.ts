import { createReadStream } from 'node:fs';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
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
import { writeFileAtomic } from '@convae/runtime/node';
import { boundedSize, readBounded } from '../files/read.js';
import { sha256 } from '../files/sha256.js';

/** Enough of a gzip file to unzip the IDX header from it; bounds what a hostile beginning can unzip to (4 MiB). */
const GZIP_PEEK_BYTES = 4096;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

function gunzipError(name: string, cause: unknown, totalBytes: number): ConvaeError {
  if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE')
    return new ConvaeError(
      'DATA_INVALID',
      `${name}: unzips to more than the ${totalBytes} bytes its header announces`,
      {
        cause,
      },
    );
  const code = codeOf(cause) === 'Z_BUF_ERROR' ? 'DATA_TRUNCATED' : 'DATA_INVALID';
  return new ConvaeError(code, `${name}: cannot be unzipped: ${(cause as Error).message}`, { cause });
}

/** Unzips all of it, never to more than `totalBytes`. */
function gunzipExactly(bytes: Uint8Array, totalBytes: number, name: string): Uint8Array {
  let unzipped: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    const options = { maxOutputLength: totalBytes, info: true };
    unzipped = gunzipSync(bytes, options) as unknown as typeof unzipped;
  } catch (cause) {
    throw gunzipError(name, cause, totalBytes);
  }
  // zlib ignores zero bytes after the end of the stream.
  const trailing = bytes.length - unzipped.engine.bytesWritten;
  if (trailing > 0)
    throw new ConvaeError('DATA_INVALID', `${name}: ${trailing} trailing bytes after the gzip stream`);
  return unzipped.buffer;
}

function unzipBeginning(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes.subarray(0, GZIP_PEEK_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw gunzipError(name, cause, 0);
  }
}

type HeaderParser = (bytes: Uint8Array, name: string) => { readonly totalBytes: number };

function unzipIfZipped(bytes: Uint8Array, name: string, parseHeader: HeaderParser): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  return gunzipExactly(bytes, parseHeader(unzipBeginning(bytes, name), name).totalBytes, name);
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
  return { name, bytes: unzipIfZipped(bytes, name, parseHeader) };
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

async function firstBytes(path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: GZIP_PEEK_BYTES - 1 }))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Reads only the header of an IDX file of images; of a raw file, its length is checked too.
 * @throws ConvaeError as {@link readIdxImages}.
 */
export async function peekIdxImages(path: string): Promise<IdxImagesHeader> {
  const size = await boundedSize(path, Number.POSITIVE_INFINITY);
  const head = await firstBytes(path);
  if (isGzip(head)) return parseIdxImagesHeader(unzipBeginning(head, path), path);
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
