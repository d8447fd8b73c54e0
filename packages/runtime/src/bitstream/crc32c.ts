/** Castagnoli's polynomial, bits reversed (RFC 3720, section 12.1). */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** TABLE[256·k + b]: the checksum of byte b followed by k zero bytes. */
const TABLE = buildTable();

/**
 * CRC32C of bytes, uint32 (RFC 3720, appendix B.4), eight bytes at a time (M. Kounavis and F. Berry, 2005).
 * @param previous the checksum of the bytes before these, 0 at the start.
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  const whole = bytes.length - (bytes.length % SLICES);
  for (let at = 0; at < whole; at += SLICES) crc = eightBytes(crc, bytes, at);
  for (let at = whole; at < bytes.length; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 255]!;
  return ~crc >>> 0;
}

function eightBytes(crc: number, bytes: Uint8Array, at: number): number {
  return (
    TABLE[1792 + ((crc ^ bytes[at]!) & 255)]! ^
    TABLE[1536 + (((crc >>> 8) ^ bytes[at + 1]!) & 255)]! ^
    TABLE[1280 + (((crc >>> 16) ^ bytes[at + 2]!) & 255)]! ^
    TABLE[1024 + ((crc >>> 24) ^ bytes[at + 3]!)]! ^
    TABLE[768 + bytes[at + 4]!]! ^
    TABLE[512 + bytes[at + 5]!]! ^
    TABLE[256 + bytes[at + 6]!]! ^
    TABLE[bytes[at + 7]!]!
  );
}

function buildTable(): Int32Array {
  const table = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256]!;
    table[i] = (before >>> 8) ^ table[before & 255]!;
  }
  return table;
}
