import { ConvaeError } from '../errors.js';
import { type EntropyTables, findSlot } from './tables.js';

// rANS, 31-bit states, byte-wise, two states in turn; measured against the range coder. No escapes.
const L = 2 ** 23;

export function encodeRans(symbols: Int32Array, tables: EntropyTables, tableIndex: Uint16Array): Uint8Array {
  const { cdf, starts, mins } = tables;
  let out = new Uint8Array(1024);
  let at = out.length;
  let a = L;
  let b = L;
  let place = symbols.length % tableIndex.length;
  for (let i = symbols.length - 1; i >= 0; i--) {
    place = place === 0 ? tableIndex.length - 1 : place - 1;
    const table = tableIndex[place]!;
    const entry = starts[table]! + symbols[i]! - mins[table]!;
    const low = cdf[entry]!;
    const frequency = cdf[entry + 1]! - low;
    let x = a;
    const limit = 2 ** 15 * frequency;
    while (x >= limit) {
      if (at < 16) {
        const grown = new Uint8Array(out.length * 2);
        grown.set(out, out.length);
        at += out.length;
        out = grown;
      }
      out[--at] = x;
      x >>>= 8;
    }
    const quotient = (x / frequency) | 0;
    a = b;
    b = x - quotient * frequency + low + (quotient << 16);
  }
  for (const x of [a, b]) {
    out[--at] = x;
    out[--at] = x >>> 8;
    out[--at] = x >>> 16;
    out[--at] = x >>> 24;
  }
  return out.slice(at);
}

export function decodeRans(
  bytes: Uint8Array,
  symbols: Int32Array,
  tables: EntropyTables,
  tableIndex: Uint16Array,
): void {
  const { cdf, starts, mins } = tables;
  let at = 0;
  const state = (): number => {
    at += 4;
    return (bytes[at - 4]! << 24) | (bytes[at - 3]! << 16) | (bytes[at - 2]! << 8) | bytes[at - 1]!;
  };
  let b = state();
  let a = state();
  for (let i = 0, place = 0; i < symbols.length; i++) {
    const table = tableIndex[place]!;
    if (++place === tableIndex.length) place = 0;
    let x = b;
    b = a;
    const slot = x & 0xffff;
    const entry = findSlot(tables, table, slot);
    const low = cdf[entry]!;
    x = (cdf[entry + 1]! - low) * (x >>> 16) + slot - low;
    while (x < L && at < bytes.length) x = (x << 8) | bytes[at++]!;
    a = x;
    symbols[i] = mins[table]! + entry - starts[table]!;
  }
  if (a !== L || b !== L) throw new ConvaeError('DATA_INVALID', 'rANS state');
}

/** One state that starts at 0 and flushes only the bytes it needs: the shortest rANS stream. Bytes only. */
export function shortRansBytes(symbols: Int32Array, tables: EntropyTables, tableIndex: Uint16Array): number {
  const { cdf, starts, mins } = tables;
  let x = 0;
  let bytes = 0;
  for (let i = symbols.length - 1; i >= 0; i--) {
    const table = tableIndex[i % tableIndex.length]!;
    const entry = starts[table]! + symbols[i]! - mins[table]!;
    const low = cdf[entry]!;
    const frequency = cdf[entry + 1]! - low;
    for (; x >= 2 ** 15 * frequency; bytes++) x >>>= 8;
    const quotient = (x / frequency) | 0;
    x = x - quotient * frequency + low + (quotient << 16);
  }
  return bytes + Math.ceil((32 - Math.clz32(x)) / 8);
}
