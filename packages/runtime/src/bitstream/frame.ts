import { ConvaeError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { crc32c } from './crc32c.js';
import { MAX_CHUNK_BYTES } from './limits.js';

/** First byte of every marker: never ASCII, never a UTF-8 start. */
const MARKER_START = 0x9e;
/** Marker, body length, CRC32C. */
export const FRAME_HEAD_BYTES = 12;

/** The frames this release knows; readers skip others, which a newer minor may add. */
export const MARKERS = {
  chunk: Uint8Array.of(MARKER_START, 0x43, 0x48, 0x4b),
  index: Uint8Array.of(MARKER_START, 0x49, 0x44, 0x58),
} as const;

/** What a frame's first 12 bytes say. */
export interface FrameHead {
  readonly kind: keyof typeof MARKERS | 'unknown';
  readonly bodyLength: number;
  readonly crc: number;
  /** The bytes that the checksum covers beside the body. */
  readonly checked: Uint8Array;
}

/** Frames a body: marker, length, CRC32C of marker, length and body, body. */
export function writeFrame(kind: keyof typeof MARKERS, body: Uint8Array): Uint8Array {
  const checked = new ByteWriter().bytes(MARKERS[kind]).u32(body.length).result();
  return new ByteWriter()
    .bytes(checked)
    .u32(crc32c(body, crc32c(checked)))
    .bytes(body)
    .result();
}

/**
 * Reads a frame's first 12 bytes.
 * @throws ConvaeError DATA_TRUNCATED, DATA_INVALID where no frame begins here, LIMIT_EXCEEDED.
 */
export function readFrameHead(bytes: Uint8Array): FrameHead {
  const reader = new ByteReader(bytes);
  const marker = reader.bytes(4);
  if (marker[0] !== MARKER_START) throw new ConvaeError('DATA_INVALID', 'expected a chunk or the index here');
  const bodyLength = reader.u32();
  if (bodyLength > MAX_CHUNK_BYTES) {
    throw new ConvaeError('LIMIT_EXCEEDED', `a chunk of ${bodyLength} bytes, more than ${MAX_CHUNK_BYTES}`);
  }
  return { kind: kindOf(marker), bodyLength, crc: reader.u32(), checked: bytes.subarray(0, 8) };
}

/** @throws ConvaeError CHECKSUM_MISMATCH where the body is not what the frame's head announced. */
export function checkBody(head: FrameHead, body: Uint8Array): void {
  if (crc32c(body, crc32c(head.checked)) === head.crc) return;
  const name = head.kind === 'index' ? 'the container’s index' : `a chunk of ${head.bodyLength} bytes`;
  throw new ConvaeError('CHECKSUM_MISMATCH', `${name} is damaged`);
}

function kindOf(marker: Uint8Array): FrameHead['kind'] {
  const is = (kind: keyof typeof MARKERS): boolean => MARKERS[kind].every((byte, i) => marker[i] === byte);
  if (is('chunk')) return 'chunk';
  return is('index') ? 'index' : 'unknown';
}
