import { checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';
import { BUNDLE_HASH_BYTES } from './bundle-hash.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { crc32c } from './crc32c.js';
import { bytesField, enumField, type FieldValues, readFields, varintField, writeFields } from './fields.js';
import { MAX_CODED_SIDE, MAX_CONTAINER_IMAGES, MAX_HEADER_BYTES } from './limits.js';
import { PRIORS } from './priors.js';

/** Version of the container format: a newer major is refused, fields of a newer minor are skipped. */
export const CONTAINER_VERSION = { major: 1, minor: 0 } as const;

const MAGIC = Uint8Array.of(0x89, 0x43, 0x41, 0x45);
/** Magic, major, minor, length of the fields. */
export const HEADER_START_BYTES = MAGIC.length + 4;
const CRC_BYTES = 4;

/** The header's fields in the order of their bytes: one list for reading and writing. */
const HEADER_FIELDS = [
  /** The first 8 bytes of the bundle's hash. */
  bytesField('bundleHash', BUNDLE_HASH_BYTES),
  enumField('channels', [1, 3, 4] as const),
  /** The size of the images, pixels, unless a chunk names its own. */
  varintField('height', 1, MAX_CODED_SIDE),
  varintField('width', 1, MAX_CODED_SIDE),
  /** Number of images; 0 where it was not known when writing began. */
  varintField('count', 0, MAX_CONTAINER_IMAGES),
  enumField('prior', PRIORS),
  varintField('quality', 0, 15),
] as const;

/** What holds for every image of a container. */
export type ContainerHeader = FieldValues<typeof HEADER_FIELDS>;

/** Versions, length and fields: the part of the header that the index repeats. */
export function writeHeaderBlock(header: ContainerHeader): Uint8Array {
  const fields = new ByteWriter();
  writeFields(HEADER_FIELDS, fields, header);
  const block = fields.result();
  return new ByteWriter()
    .u8(CONTAINER_VERSION.major)
    .u8(CONTAINER_VERSION.minor)
    .u16(block.length)
    .bytes(block)
    .result();
}

/** Reads what {@link writeHeaderBlock} wrote. @throws ConvaeError, VERSION_UNSUPPORTED for a newer major. */
export function readHeaderBlock(reader: ByteReader): ContainerHeader {
  const length = readVersion(reader);
  // Fields that a newer minor added follow the known ones and are skipped.
  return readFields(HEADER_FIELDS, new ByteReader(reader.bytes(length)));
}

/** The container's first bytes: magic, header block, CRC32C of both. */
export function writeHeader(header: ContainerHeader): Uint8Array {
  const writer = new ByteWriter().bytes(MAGIC).bytes(writeHeaderBlock(header));
  return writer.u32(crc32c(writer.result())).result();
}

/**
 * Length of the whole header, from its first {@link HEADER_START_BYTES} bytes.
 * @throws ConvaeError DATA_INVALID where these bytes are no container, VERSION_UNSUPPORTED, LIMIT_EXCEEDED.
 */
export function headerLength(start: Uint8Array): number {
  const reader = new ByteReader(start);
  const magic = reader.bytes(Math.min(MAGIC.length, start.length));
  if (magic.some((byte, i) => byte !== MAGIC[i])) {
    throw new ConvaeError('DATA_INVALID', 'these bytes are no convae container: wrong magic');
  }
  if (start.length < HEADER_START_BYTES) throw headerCutOff(start.length);
  return HEADER_START_BYTES + readVersion(reader) + CRC_BYTES;
}

/** The error for a container that ends within its header. */
function headerCutOff(length: number): ConvaeError {
  const problem = length === 0 ? 'is empty' : `is cut off within its header: it has ${length} bytes`;
  return new ConvaeError('DATA_TRUNCATED', `the container ${problem}`);
}

/** Reads a whole header, its checksum first. @throws ConvaeError. */
export function readHeader(bytes: Uint8Array): ContainerHeader {
  const end = bytes.length - CRC_BYTES;
  if (new ByteReader(bytes.subarray(end)).u32() !== crc32c(bytes.subarray(0, end))) {
    throw new ConvaeError('CHECKSUM_MISMATCH', 'the container’s header is damaged');
  }
  return readHeaderBlock(new ByteReader(bytes.subarray(MAGIC.length, end)));
}

/** Reads major, minor and length; returns the length. */
function readVersion(reader: ByteReader): number {
  const major = reader.u8();
  const minor = reader.u8();
  if (major !== CONTAINER_VERSION.major) {
    const readable = `this release reads ${CONTAINER_VERSION.major}.x`;
    throw new ConvaeError('VERSION_UNSUPPORTED', `container version ${major}.${minor}: ${readable}`);
  }
  const length = reader.u16();
  checkLimit(length, MAX_HEADER_BYTES, 'the container’s header fields take', 'bytes');
  return length;
}
