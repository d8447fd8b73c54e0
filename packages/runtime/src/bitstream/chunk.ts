import { ConvaeError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { type FieldValues, readFields, varintField, writeFields } from './fields.js';
import { FRAME_HEAD_BYTES } from './frame.js';
import { MAX_CHUNK_BYTES, MAX_CHUNK_IMAGES, MAX_CODED_SIDE, MAX_CONTAINER_IMAGES } from './limits.js';

/** A chunk's fields in the order of their bytes: one list for reading and writing. */
const CHUNK_FIELDS = [
  /** Number of the chunk's first image in the container. */
  varintField('firstImage', 0, MAX_CONTAINER_IMAGES),
  varintField('imageCount', 1, MAX_CHUNK_IMAGES),
  /** Size of these images, pixels; both 0 for the header's. */
  varintField('height', 0, MAX_CODED_SIDE),
  varintField('width', 0, MAX_CODED_SIDE),
] as const;

/** Bytes of a chunk's frame that holds no payload, at least: every field takes one or more. */
export const LEAST_CHUNK_BYTES = FRAME_HEAD_BYTES + 1 + CHUNK_FIELDS.length;

/** Some images of a container, coded together. */
export interface Chunk extends FieldValues<typeof CHUNK_FIELDS> {
  /** The entropy-coded bytes. */
  readonly payload: Uint8Array;
}

/** The body of a chunk's frame. @throws RangeError where a field or the payload's length is out of range. */
export function writeChunkBody(chunk: Chunk): Uint8Array {
  const fields = new ByteWriter();
  writeFields(CHUNK_FIELDS, fields, chunk);
  if ((chunk.height === 0) !== (chunk.width === 0)) {
    throw new RangeError(
      `expected both or neither for height and width, received ${chunk.height}×${chunk.width}`,
    );
  }
  const block = fields.result();
  const body = new ByteWriter().u8(block.length).bytes(block).bytes(chunk.payload).result();
  if (body.length <= MAX_CHUNK_BYTES) return body;
  throw new RangeError(`expected a chunk of at most ${MAX_CHUNK_BYTES} bytes, received ${body.length}`);
}

/** Reads what {@link writeChunkBody} wrote; the payload is a view. @throws ConvaeError. */
export function readChunkBody(body: Uint8Array): Chunk {
  const reader = new ByteReader(body);
  // Fields that a newer minor added follow the known ones and are skipped.
  const fields = readFields(CHUNK_FIELDS, new ByteReader(reader.bytes(reader.u8())));
  if ((fields.height === 0) !== (fields.width === 0)) {
    throw new ConvaeError('DATA_INVALID', `a chunk has images of ${fields.height}×${fields.width}`);
  }
  return { ...fields, payload: reader.rest() };
}
