import { ConvaeError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { type ContainerHeader, readHeaderBlock, writeHeaderBlock } from './container-header.js';
import { FRAME_HEAD_BYTES, writeFrame } from './frame.js';
import { MAX_CHUNK_BYTES, MAX_CHUNK_IMAGES, MAX_CHUNKS } from './limits.js';

const END_MARKER = Uint8Array.of(0x9e, 0x45, 0x4e, 0x44);
/** Length of the index frame, and the end marker: the container's last bytes. */
export const FOOTER_BYTES = 8;

/** Where a chunk is. */
export interface ChunkEntry {
  /** Bytes from the container's start to the chunk's frame. */
  readonly offset: number;
  /** Length of the frame, bytes. */
  readonly length: number;
  readonly firstImage: number;
  readonly imageCount: number;
}

/** The number after that of a chunk's last image; 0 without a chunk. */
export const endOf = (entry: ChunkEntry | undefined): number =>
  entry ? entry.firstImage + entry.imageCount : 0;

/** What stands at a container's end: its header once more, and where every chunk is. */
export interface ContainerIndex {
  readonly header: ContainerHeader;
  readonly entries: readonly ChunkEntry[];
}

/** The index frame and the footer. */
export function writeIndex({ header, entries }: ContainerIndex): Uint8Array {
  const body = new ByteWriter().bytes(writeHeaderBlock(header)).varint(entries.length);
  let end = 0;
  for (const entry of entries) {
    body
      .varint(entry.offset - end)
      .varint(entry.length)
      .varint(entry.imageCount);
    end = entry.offset + entry.length;
  }
  const frame = writeFrame('index', body.result());
  return new ByteWriter().bytes(frame).u32(frame.length).bytes(END_MARKER).result();
}

/** Reads the body of an index frame; bytes that a newer minor added behind are skipped. @throws ConvaeError. */
export function readIndexBody(body: Uint8Array): ContainerIndex {
  const reader = new ByteReader(body);
  const header = readHeaderBlock(reader);
  const count = reader.varint(MAX_CHUNKS);
  const entries: ChunkEntry[] = [];
  while (entries.length < count) entries.push(readEntry(reader, entries.at(-1)));
  return { header, entries };
}

/** Length of the index frame, from the container's last {@link FOOTER_BYTES}. @throws ConvaeError DATA_TRUNCATED. */
export function readFooter(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes);
  const length = reader.u32();
  const marker = reader.bytes(END_MARKER.length);
  if (marker.every((byte, i) => byte === END_MARKER[i])) return length;
  throw new ConvaeError('DATA_TRUNCATED', 'the container’s end is missing');
}

function readEntry(reader: ByteReader, previous: ChunkEntry | undefined): ChunkEntry {
  const gap = reader.varint(Number.MAX_SAFE_INTEGER / 2);
  const length = reader.varint(FRAME_HEAD_BYTES + MAX_CHUNK_BYTES);
  const imageCount = reader.varint(MAX_CHUNK_IMAGES);
  const offset = (previous ? previous.offset + previous.length : 0) + gap;
  if (length < FRAME_HEAD_BYTES || imageCount < 1 || !Number.isSafeInteger(offset + length)) {
    throw new ConvaeError('DATA_INVALID', 'the container’s index is invalid');
  }
  return { offset, length, firstImage: endOf(previous), imageCount };
}
