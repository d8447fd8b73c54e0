import { joinBytes } from '../bytes.js';
import { checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';
import { ByteQueue } from './byte-queue.js';
import { type Chunk, readChunkBody } from './chunk.js';
import {
  type ContainerHeader,
  HEADER_START_BYTES,
  headerLength,
  readHeader,
  writeHeaderBlock,
} from './container-header.js';
import { endOf, FOOTER_BYTES, readFooter, readIndexBody } from './container-index.js';
import { checkBody, FRAME_HEAD_BYTES, type FrameHead, readFrameHead } from './frame.js';
import { MAX_CHUNKS, MAX_INDEX_BYTES } from './limits.js';

/** A container being read front to back. */
export interface ContainerStream {
  readonly header: ContainerHeader;
  /**
   * The chunks in order, each checked before it is given; ends after the index was checked too.
   * Throws ConvaeError at the first damage; what was given until then is whole.
   */
  readonly chunks: AsyncGenerator<Chunk, void, undefined>;
}

/**
 * Reads a container as a stream, one chunk in memory at a time.
 * @throws ConvaeError DATA_TRUNCATED, DATA_INVALID, CHECKSUM_MISMATCH, VERSION_UNSUPPORTED, LIMIT_EXCEEDED.
 */
export async function readContainer(stream: AsyncIterable<Uint8Array>): Promise<ContainerStream> {
  const queue = new ByteQueue(stream);
  try {
    const start = await take(queue, HEADER_START_BYTES, true);
    const rest = await take(queue, headerLength(start) - start.length);
    const whole = joinBytes([start, rest]);
    const header = readHeader(whole);
    return { header, chunks: readChunks(queue, header, whole.length) };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

async function* readChunks(
  queue: ByteQueue,
  header: ContainerHeader,
  start: number,
): AsyncGenerator<Chunk, void> {
  const seen = { offset: start, images: 0, places: [] as number[] };
  try {
    for (;;) {
      const head = readFrameHead(await take(queue, FRAME_HEAD_BYTES));
      const body = await readBody(queue, head);
      if (head.kind === 'index') return await checkEnd(queue, body, header, seen);
      if (head.kind === 'chunk') yield nextChunk(body, seen);
      seen.offset += FRAME_HEAD_BYTES + head.bodyLength;
    }
  } finally {
    await queue.close();
  }
}

/** What was read so far, to compare with the index: `places` are the chunks' offsets. */
interface Seen {
  offset: number;
  images: number;
  readonly places: number[];
}

function nextChunk(body: Uint8Array, seen: Seen): Chunk {
  const chunk = readChunkBody(body);
  if (chunk.firstImage !== seen.images) {
    throw new ConvaeError(
      'DATA_INVALID',
      `expected image ${seen.images} next, found a chunk that begins with ${chunk.firstImage}`,
    );
  }
  checkLimit(seen.places.length + 1, MAX_CHUNKS, 'the container has', 'chunks or more');
  seen.places.push(seen.offset);
  seen.images += chunk.imageCount;
  return chunk;
}

async function readBody(queue: ByteQueue, head: FrameHead): Promise<Uint8Array> {
  if (head.kind === 'index')
    checkLimit(head.bodyLength, MAX_INDEX_BYTES, 'the container’s index has', 'bytes');
  const body = await take(queue, head.bodyLength);
  checkBody(head, body);
  return body;
}

async function checkEnd(
  queue: ByteQueue,
  body: Uint8Array,
  header: ContainerHeader,
  seen: Seen,
): Promise<void> {
  const index = readIndexBody(body);
  const { entries } = index;
  const same =
    entries.length === seen.places.length &&
    entries.every((entry, i) => entry.offset === seen.places[i]) &&
    endOf(entries.at(-1)) === seen.images &&
    sameHeader(index.header, header) &&
    (header.count === 0 || header.count === seen.images);
  if (!same) throw new ConvaeError('DATA_INVALID', 'the container’s index does not match its chunks');
  const footer = readFooter(await take(queue, FOOTER_BYTES));
  const rest = await queue.take(1);
  if (footer !== FRAME_HEAD_BYTES + body.length || rest.length > 0) {
    throw new ConvaeError('DATA_INVALID', 'the container’s end is damaged or followed by more bytes');
  }
}

/** True where two headers say the same. */
export function sameHeader(a: ContainerHeader, b: ContainerHeader): boolean {
  const other = writeHeaderBlock(b);
  return writeHeaderBlock(a).every((byte, i) => byte === other[i]);
}

/** @throws ConvaeError DATA_TRUNCATED where the stream ends first (with `partial`, the caller's own checks come first). */
async function take(queue: ByteQueue, length: number, partial = false): Promise<Uint8Array> {
  const bytes = await queue.take(length);
  if (bytes.length === length || partial) return bytes;
  const missing = length - bytes.length;
  const least = missing === 1 ? '1 byte is' : `${missing} bytes are`;
  throw new ConvaeError('DATA_TRUNCATED', `the container is cut off: at least ${least} missing`);
}
