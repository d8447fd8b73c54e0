import { sha256 } from '../bytes.js';

/** Bytes of the bundle's hash that a container carries. */
export const BUNDLE_HASH_BYTES = 8;

/** Plain data: what JSON can hold, numbers finite. */
export type PlainData =
  | string
  | number
  | boolean
  | null
  | readonly PlainData[]
  | { readonly [key: string]: PlainData };

/**
 * The hash by which a bitstream names its bundle: the first 8 bytes of SHA-256 over the RFC 8785 form of what
 * decoding depends on (FORMAT.md, "Bundle": identity).
 * @throws TypeError where a number is not finite; ConvaeError DEPENDENCY_MISSING where Web Crypto is missing.
 */
export async function bundleHash(identity: PlainData): Promise<Uint8Array> {
  const digest = await sha256(new TextEncoder().encode(canonicalJson(identity)));
  return digest.slice(0, BUNDLE_HASH_BYTES);
}

/** RFC 8785: no white space, keys sorted by UTF-16 units, numbers and strings as ECMAScript writes them. */
export function canonicalJson(value: PlainData): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`expected finite numbers for the bundle's identity, received ${value}`);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}

const isArray = (value: object): value is readonly PlainData[] => Array.isArray(value);
