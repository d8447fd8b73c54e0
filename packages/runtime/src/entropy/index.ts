export { buildFrequencies, buildTable } from './build-table.js';
export { ByteSink } from './byte-sink.js';
export { coarsenTable } from './coarsen.js';
export { decodeSymbols } from './decode-symbols.js';
export { encodeSymbols } from './encode-symbols.js';
export { decodeEscape, encodeEscape } from './escape.js';
export { PRECISION, TOTAL } from './precision.js';
export { RangeDecoder } from './range-decoder.js';
export { RangeEncoder } from './range-encoder.js';
export { finish, type Steps } from './steps.js';
export { MAX_TABLE_FILE_BYTES, parseTables, serializeTables } from './table-file.js';
export {
  type EntropyTable,
  type EntropyTables,
  MAX_TABLE_ENTRIES,
  MAX_TABLE_SYMBOLS,
  MAX_TABLES,
  packTables,
  unpackTable,
} from './tables.js';
