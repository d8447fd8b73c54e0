import { crc32c } from '../bitstream/crc32c.js';
import { ConvaeError } from '../errors.js';

/** The non-linear functions of a mixture, as integers (FORMAT.md, "Context model"). */
export interface MixtureTables {
  /** 256 values: round(32768 · 2^(−i/256)). */
  readonly powers: Uint16Array;
  /** 256 values: round(256 · 2^(i/256)). */
  readonly mantissas: Uint16Array;
  /** 1025 values: round(32768 / (1 + exp(−(32·i − 16384) / 1024))). */
  readonly logistic: Uint16Array;
}

/** CRC32C of each table's values as little-endian uint16. */
const CHECKSUMS: Readonly<Record<keyof MixtureTables, number>> = {
  powers: 0x95c06aae,
  mantissas: 0xea7789e7,
  logistic: 0x09f71941,
};

/**
 * Computes the tables. Math.exp and Math.pow may differ in their last bits between machines; no value lies so close to
 * a half that this could show, and the checksums prove it.
 * @throws ConvaeError UNSUPPORTED where this machine computes other numbers.
 */
export function mixtureTables(): MixtureTables {
  const tables = {
    powers: table(256, (i) => 32768 * 2 ** (-i / 256)),
    mantissas: table(256, (i) => 256 * 2 ** (i / 256)),
    logistic: table(1025, (i) => 32768 / (1 + Math.exp(-(32 * i - 16384) / 1024))),
  };
  for (const [name, sum] of Object.entries(CHECKSUMS)) {
    if (checksum(tables[name as keyof MixtureTables]) !== sum)
      throw new ConvaeError('UNSUPPORTED', `this machine computes other ${name} than the prior needs`);
  }
  return tables;
}

const table = (length: number, value: (i: number) => number): Uint16Array =>
  Uint16Array.from({ length }, (_, i) => Math.round(value(i)));

function checksum(values: Uint16Array): number {
  const bytes = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, i) => {
    bytes.setUint16(2 * i, value, true);
  });
  return crc32c(new Uint8Array(bytes.buffer));
}
