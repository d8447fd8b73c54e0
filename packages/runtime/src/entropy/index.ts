export { buildFrequencies, buildTable } from './build-table.js';
export { ByteSink } from './byte-sink.js';
export { coarsenTable } from './coarsen.js';
export { decodeEscape, encodeEscape } from './escape.js';
export { PRECISION, TOTAL } from './precision.js';
export { RangeDecoder, RangeEncoder } from './range-coder.js';
export { finish, type Steps } from './steps.js';
export { decodeSymbols, encodeSymbols } from './symbols.js';
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
