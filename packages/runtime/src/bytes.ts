import { ConvaeError } from './errors.js';

/** All pieces in one array, in their order. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes of hexadecimal digits. */
export const fromHex = (digits: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.substr(2 * i, 2), 16));

/**
 * The SHA-256 of some bytes, 32 bytes.
 * @throws ConvaeError DEPENDENCY_MISSING where Web Crypto is missing (a page that is neither https nor localhost).
 */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle !== undefined)
    return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  throw new ConvaeError(
    'DEPENDENCY_MISSING',
    'Web Crypto is missing: serve the page over https or from localhost',
  );
}
