import { joinBytes } from '../bytes.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** The polynomial of PNG's checksum, bits reversed (PNG, 5.5). */
const CRC_POLYNOMIAL = 0xedb88320;
const ADLER_MODULUS = 65521;
/** 8 bits a sample, RGB, and the only methods that there are. */
const IHDR_END = [8, 2, 0, 0, 0];
/** No filter. */
const PLAIN_ROW = 0;

/** Pixels of a PNG: uint8 RGB, height·width·3. */
export interface PngPixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

const bigEndian = (value: number): number[] => [value >>> 24, value >>> 16, value >>> 8, value];

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CRC_POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % ADLER_MODULUS;
    b = (b + a) % ADLER_MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const named = joinBytes([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), content]);
  return joinBytes([
    Uint8Array.from(bigEndian(content.length)),
    named,
    Uint8Array.from(bigEndian(crc32(named))),
  ]);
}

/** Bytes as one stored block of a zlib stream (RFC 1950 and RFC 1951, 3.2.4): at most 65535. */
function stored(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const head = [0x78, 0x01, 1, length, length >>> 8, ~length, ~length >>> 8];
  return joinBytes([Uint8Array.from(head), bytes, Uint8Array.from(bigEndian(adler32(bytes)))]);
}

/**
 * A small picture as a PNG file without compression: its rows, with a byte each, are at most 65535 bytes.
 * @source https://www.w3.org/TR/png-3/
 */
export function writePng({ data, height, width }: PngPixels): Uint8Array {
  const size = Uint8Array.from([...bigEndian(width), ...bigEndian(height), ...IHDR_END]);
  const rows = Array.from({ length: height }, (_, y) => [
    Uint8Array.of(PLAIN_ROW),
    data.subarray(y * width * 3, (y + 1) * width * 3),
  ]);
  const pixels = stored(joinBytes(rows.flat()));
  return joinBytes([SIGNATURE, chunk('IHDR', size), chunk('IDAT', pixels), chunk('IEND', new Uint8Array(0))]);
}
