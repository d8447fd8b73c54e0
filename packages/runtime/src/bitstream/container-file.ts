import { ConvaeError } from '../errors.js';
import { type Chunk, readChunkBody } from './chunk.js';
import { type ContainerHeader, HEADER_START_BYTES, headerLength, readHeader } from './container-header.js';
import {
  type ChunkEntry,
  type ContainerIndex,
  endOf,
  FOOTER_BYTES,
  readFooter,
  readIndexBody,
} from './container-index.js';
import { sameHeader } from './container-stream.js';
import { checkBody, FRAME_HEAD_BYTES, readFrameHead } from './frame.js';
import { MAX_INDEX_BYTES } from './limits.js';

/** Bytes that can be read anywhere: a file, a Blob, HTTP ranges. */
export interface RandomAccessSource {
  /** Length, bytes. */
  readonly size: number;
  /** Reads `length` bytes at `offset`; both lie inside the source. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A container opened for random access: an image costs one chunk. Made by {@link openContainer}. */
export class ContainerFile {
  readonly header: ContainerHeader;
  /** The chunks in the order of their images. */
  readonly entries: readonly ChunkEntry[];
  readonly #source: RandomAccessSource;

  /** @internal */
  constructor(source: RandomAccessSource, header: ContainerHeader, entries: readonly ChunkEntry[]) {
    this.#source = source;
    this.header = header;
    this.entries = entries;
  }

  /** Number of images. */
  get imageCount(): number {
    return this.entries.reduce((sum, entry) => sum + entry.imageCount, 0);
  }

  /**
   * The chunk that holds an image.
   * @throws RangeError where the container has no such image.
   */
  entryOf(image: number): ChunkEntry {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.entries[middle]!.firstImage <= image) low = middle + 1;
      else high = middle;
    }
    const entry = this.entries[low - 1];
    if (entry && Number.isInteger(image) && image < entry.firstImage + entry.imageCount) return entry;
    throw new RangeError(`expected an image of the container, received ${image}`);
  }

  /** Reads and checks a chunk. @throws ConvaeError where it is damaged or not the one that the index names. */
  async readChunk(entry: ChunkEntry): Promise<Chunk> {
    const chunk = await readChunkAt(this.#source, entry.offset, entry.length);
    if (chunk.firstImage === entry.firstImage && chunk.imageCount === entry.imageCount) return chunk;
    throw new ConvaeError(
      'DATA_INVALID',
      `the chunk at byte ${entry.offset} does not hold the images that the index names`,
    );
  }
}

/**
 * Opens a container for random access: reads its header and index, nothing else.
 * @throws ConvaeError DATA_TRUNCATED, DATA_INVALID, CHECKSUM_MISMATCH, VERSION_UNSUPPORTED, LIMIT_EXCEEDED.
 */
export async function openContainer(source: RandomAccessSource): Promise<ContainerFile> {
  const header = await readHeaderAt(source);
  const index = await readIndexAt(source);
  const images = endOf(index.entries.at(-1));
  if (!sameHeader(header, index.header) || (header.count !== 0 && header.count !== images)) {
    throw new ConvaeError('DATA_INVALID', 'the container’s header and index do not match');
  }
  return new ContainerFile(source, header, index.entries);
}

/** Reads the header at the source's start. @throws ConvaeError. */
export async function readHeaderAt(source: RandomAccessSource): Promise<ContainerHeader> {
  const start = await readExact(source, 0, Math.min(HEADER_START_BYTES, source.size));
  return readHeader(await readExact(source, 0, headerLength(start)));
}

/** Reads the index at the source's end. @throws ConvaeError. */
export async function readIndexAt(source: RandomAccessSource): Promise<ContainerIndex> {
  const footer = readFooter(await readExact(source, Math.max(0, source.size - FOOTER_BYTES), FOOTER_BYTES));
  const end = source.size - FOOTER_BYTES;
  if (footer < FRAME_HEAD_BYTES || footer > FRAME_HEAD_BYTES + MAX_INDEX_BYTES) {
    throw new ConvaeError('LIMIT_EXCEEDED', `an index of ${footer} bytes, more than ${MAX_INDEX_BYTES}`);
  }
  const index = readIndexBody(await readFrame(source, end - footer, footer, 'index'));
  if (index.entries.some((entry) => entry.offset + entry.length > end - footer)) {
    throw new ConvaeError('DATA_INVALID', 'the container’s index names chunks beyond its end');
  }
  return index;
}

/** Reads and checks the chunk whose frame takes `length` bytes at `offset`. @throws ConvaeError. */
export async function readChunkAt(
  source: RandomAccessSource,
  offset: number,
  length: number,
): Promise<Chunk> {
  return readChunkBody(await readFrame(source, offset, length, 'chunk'));
}

/** Reads bytes that must be there. @throws ConvaeError DATA_TRUNCATED. */
export async function readExact(
  source: RandomAccessSource,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const inside = offset >= 0 && offset + length <= source.size;
  const bytes = inside ? await source.read(offset, length) : undefined;
  if (bytes?.length === length) return bytes;
  throw new ConvaeError(
    'DATA_TRUNCATED',
    `the container is cut off: it has ${source.size} bytes, and ${length} were expected at ${offset}`,
  );
}

async function readFrame(
  source: RandomAccessSource,
  offset: number,
  length: number,
  kind: 'chunk' | 'index',
): Promise<Uint8Array> {
  const bytes = await readExact(source, offset, length);
  const head = readFrameHead(bytes);
  if (head.kind !== kind || FRAME_HEAD_BYTES + head.bodyLength !== length) {
    throw new ConvaeError('DATA_INVALID', `expected the ${kind} of ${length} bytes at ${offset}`);
  }
  const body = bytes.subarray(FRAME_HEAD_BYTES);
  checkBody(head, body);
  return body;
}
