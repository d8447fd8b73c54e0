import { checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';
import { checkFileHead, truncated } from './file-head.js';
import {
  type EntropyTable,
  type EntropyTables,
  MAX_TABLE_SYMBOLS,
  packTables,
  unpackTable,
} from './tables.js';

/** First bytes of a table file: "CAET" and the version 1. */
const MAGIC = Uint8Array.of(0x43, 0x41, 0x45, 0x54, 1);
const WHAT = 'entropy table file';
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
  checkLimit(bytes.length, MAX_TABLE_FILE_BYTES, `the ${WHAT} has`, 'bytes');
  checkFileHead(bytes, MAGIC, HEADER_BYTES, WHAT);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(MAGIC.length, true) + 1;
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

function readTable(view: DataView, at: number): EntropyTable {
  if (at + TABLE_HEADER_BYTES > view.byteLength) throw truncated(WHAT);
  const entries = view.getUint16(at + 4, true) + 1;
  checkLimit(entries - 1, MAX_TABLE_SYMBOLS, 'an entropy table has', 'symbols');
  if (at + TABLE_HEADER_BYTES + 2 * entries > view.byteLength) throw truncated(WHAT);
  const frequencies = new Uint16Array(entries);
  for (let i = 0; i < entries; i++) frequencies[i] = view.getUint16(at + TABLE_HEADER_BYTES + 2 * i, true);
  return { min: view.getInt32(at, true), frequencies };
}
