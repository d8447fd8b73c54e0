import { ByteReader } from '../bitstream/byte-reader.js';
import { crc32c } from '../bitstream/crc32c.js';
import { toHex } from '../bytes.js';
import { checkBytes, checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';
import { type BundleFiles, MANIFEST_FILE, PLAIN_FILE_NAME } from './files.js';
import { MAX_PACK_BYTES } from './pack-names.js';

/** The first bytes of a packed bundle. */
export const PACK_MAGIC = Uint8Array.of(0x89, 0x43, 0x41, 0x42);
/** The version of packed bundles that is read and written. */
export const PACK_VERSION = 1;
/** Most files in a packed bundle. */
export const MAX_PACK_FILES = 16;

/**
 * The files of a packed bundle (FORMAT.md, "Packed bundle"), as views of its bytes: do not change those afterwards.
 * @param location Names the pack in messages.
 * @throws ConvaeError DATA_INVALID where it is none or breaks its format, DATA_TRUNCATED, CHECKSUM_MISMATCH, LIMIT_EXCEEDED,
 * VERSION_UNSUPPORTED.
 */
export function openPack(bytes: Uint8Array, location: string): BundleFiles {
  checkBytes(bytes);
  checkLimit(bytes.length, MAX_PACK_BYTES, `${location} has`, 'bytes');
  checkStart(bytes, location);
  const reader = new ByteReader(bytes.subarray(PACK_MAGIC.length + 1));
  const entries = readEntries(reader, location);
  const directory = bytes.subarray(0, PACK_MAGIC.length + 1 + reader.position);
  const checksum = reader.u32();
  const files = takeFiles(reader, entries, location);
  if (crc32c(files.get(MANIFEST_FILE)!, crc32c(directory)) !== checksum)
    throw new ConvaeError('CHECKSUM_MISMATCH', `${location} is damaged: its checksum is not right`);
  return { location, names: [...files.keys()], read: readerOf(files, location) };
}

function checkStart(bytes: Uint8Array, location: string): void {
  const start = bytes.subarray(0, PACK_MAGIC.length);
  if (PACK_MAGIC.some((byte, i) => start[i] !== byte))
    throw invalid(location, `is no packed bundle: it begins with ${toHex(start) || 'nothing'}`);
  const version = bytes[PACK_MAGIC.length];
  if (version === undefined || version === PACK_VERSION) return;
  const problem = `${location} is a packed bundle of version ${version}, this release reads ${PACK_VERSION}`;
  throw new ConvaeError('VERSION_UNSUPPORTED', problem);
}

interface Entry {
  readonly name: string;
  readonly length: number;
}

function readEntries(reader: ByteReader, location: string): Entry[] {
  const count = reader.u8();
  checkLimit(count, MAX_PACK_FILES, `${location} has`, 'files');
  const entries = Array.from({ length: count }, () => {
    const name = String.fromCharCode(...reader.bytes(reader.u8()));
    if (!PLAIN_FILE_NAME.test(name)) throw invalid(location, 'names a file that has no plain name');
    return { name, length: reader.u32() };
  });
  if (entries[0]?.name !== MANIFEST_FILE) throw invalid(location, `does not begin with ${MANIFEST_FILE}`);
  if (new Set(entries.map(({ name }) => name)).size < count) throw invalid(location, 'names a file twice');
  return entries;
}

/** Nothing may be missing, and nothing may follow. */
function takeFiles(reader: ByteReader, entries: readonly Entry[], location: string): Map<string, Uint8Array> {
  const expected = entries.reduce((sum, { length }) => sum + length, 0);
  const { remaining } = reader;
  if (remaining > expected) throw invalid(location, `has ${remaining - expected} bytes too many`);
  if (remaining < expected) {
    const problem = `${location} ends ${expected - remaining} bytes too early`;
    throw new ConvaeError('DATA_TRUNCATED', problem);
  }
  return new Map(entries.map(({ name, length }) => [name, reader.bytes(length)]));
}

function readerOf(files: ReadonlyMap<string, Uint8Array>, location: string): BundleFiles['read'] {
  return async (name, maxBytes) => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new ConvaeError('NOT_FOUND', `${name} is not in ${location}`);
    checkLimit(bytes.length, maxBytes, `${name} in ${location} has`, 'bytes');
    return bytes;
  };
}

const invalid = (location: string, problem: string): ConvaeError =>
  new ConvaeError('DATA_INVALID', `${location} ${problem}`);
