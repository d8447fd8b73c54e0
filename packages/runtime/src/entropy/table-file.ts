import { ConvaeError } from '../errors.js';
import {
  type EntropyTable,
  type EntropyTables,
  MAX_TABLE_SYMBOLS,
  packTables,
  unpackTable,
} from './tables.js';

/** First bytes of a table file: "CAET" and the version 1. */
const MAGIC = Uint8Array.of(0x43, 0x41, 0x45, 0x54, 1);
/** Magic, and the number of tables minus one as uint16. */
const HEADER_BYTES = MAGIC.length + 2;
/** A table's smallest symbol as int32 and its number of regular symbols as uint16. */
const TABLE_HEADER_BYTES = 6;

/** Largest table file that is read, bytes. */
export const MAX_TABLE_FILE_BYTES = 8 << 20;

/** Writes a set of tables as the bytes of a bundle's table file (FORMAT.md, "Entropy tables"). */
export function serializeTables(tables: EntropyTables): Uint8Array {
  const plain = Array.from({ length: tables.count }, (_, index) => unpackTable(tables, index));
  const size = (table: EntropyTable): number => TABLE_HEADER_BYTES + 2 * table.frequencies.length;
  const bytes = new Uint8Array(plain.reduce((sum, table) => sum + size(table), HEADER_BYTES));
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(MAGIC.length, tables.count - 1, true);
  let at = HEADER_BYTES;
  for (const table of plain) {
    writeTable(view, at, table);
    at += size(table);
  }
  return bytes;
}

/**
 * Reads a bundle's table file.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED; hostile bytes are safe.
 */
export function parseTables(bytes: Uint8Array): EntropyTables {
  if (bytes.length > MAX_TABLE_FILE_BYTES) {
    throw new ConvaeError(
      'LIMIT_EXCEEDED',
      `the entropy table file has ${bytes.length} bytes, more than ${MAX_TABLE_FILE_BYTES}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = readCount(view);
  const tables: EntropyTable[] = [];
  let at = HEADER_BYTES;
  while (tables.length < count) {
    const table = readTable(view, at);
    tables.push(table);
    at += TABLE_HEADER_BYTES + 2 * table.frequencies.length;
  }
  if (at !== bytes.length)
    throw new ConvaeError('DATA_INVALID', `${bytes.length - at} bytes follow the entropy tables`);
  return packTables(tables);
}

function writeTable(view: DataView, at: number, { min, frequencies }: EntropyTable): void {
  view.setInt32(at, min, true);
  view.setUint16(at + 4, frequencies.length - 1, true);
  for (let i = 0; i < frequencies.length; i++) {
    view.setUint16(at + TABLE_HEADER_BYTES + 2 * i, frequencies[i]!, true);
  }
}

function readCount(view: DataView): number {
  const { length } = MAGIC;
  for (let i = 0; i < Math.min(length - 1, view.byteLength); i++) {
    if (view.getUint8(i) !== MAGIC[i])
      throw new ConvaeError('DATA_INVALID', 'these bytes are no entropy table file');
  }
  if (view.byteLength < HEADER_BYTES) throw truncated();
  const version = view.getUint8(length - 1);
  if (version !== MAGIC[length - 1]) {
    throw new ConvaeError(
      'VERSION_UNSUPPORTED',
      `entropy table file version ${version}: this release reads 1`,
    );
  }
  return view.getUint16(length, true) + 1;
}

function readTable(view: DataView, at: number): EntropyTable {
  if (at + TABLE_HEADER_BYTES > view.byteLength) throw truncated();
  const entries = view.getUint16(at + 4, true) + 1;
  if (entries - 1 > MAX_TABLE_SYMBOLS) {
    throw new ConvaeError(
      'LIMIT_EXCEEDED',
      `an entropy table has ${entries - 1} symbols, more than ${MAX_TABLE_SYMBOLS}`,
    );
  }
  if (at + TABLE_HEADER_BYTES + 2 * entries > view.byteLength) throw truncated();
  const frequencies = Uint32Array.from({ length: entries }, (_, i) =>
    view.getUint16(at + TABLE_HEADER_BYTES + 2 * i, true),
  );
  return { min: view.getInt32(at, true), frequencies };
}

function truncated(): ConvaeError {
  return new ConvaeError('DATA_TRUNCATED', 'the entropy table file ends within a table');
}
