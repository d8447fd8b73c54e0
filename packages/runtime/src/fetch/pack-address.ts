import { PACK_EXTENSION } from '../bundle/pack-names.js';
import { sha256, toHex } from '../bytes.js';
import { ConvaeError } from '../errors.js';

/** Whether an address is that of a packed bundle, not of a folder: by its name, or because it has none (`data:`, `blob:`). */
export const isPackUrl = ({ protocol, pathname }: URL): boolean =>
  protocol === 'data:' || protocol === 'blob:' || pathname.endsWith(PACK_EXTENSION);

/**
 * The SHA-256 in the fragment of an address, `#sha256=` and 64 hexadecimal digits; undefined where there is none.
 * @throws RangeError where it is no SHA-256.
 */
export function hashIn({ hash }: URL): string | undefined {
  const [, digits] = /^#sha256=(.*)$/.exec(hash) ?? [];
  if (digits === undefined || /^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new RangeError(`expected 64 hexadecimal digits for sha256 of bundle, received '${digits}'`);
}

/** @throws ConvaeError HASH_MISMATCH where a packed bundle does not have the SHA-256 of its address. */
export async function checkPackHash(
  bytes: Uint8Array,
  hash: string | undefined,
  location: string,
): Promise<void> {
  if (hash === undefined || toHex(await sha256(bytes)) === hash) return;
  throw new ConvaeError('HASH_MISMATCH', `${location} does not have the SHA-256 of its address`);
}
