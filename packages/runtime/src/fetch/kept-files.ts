/// <reference lib="dom" />
import { sha256, toHex } from '../bytes.js';
import { checkNotAborted } from '../checks.js';
import { type FetchOptions, fetchBytes, fileNameOf } from './fetch-bytes.js';

/** The name of the Cache Storage that files are kept in. */
const CACHE_NAME = 'convae';
/** Most files that are kept; the oldest ones go. */
const MAX_KEPT_FILES = 64;

/** The address that a file is kept under: of no server, by its content alone. */
const keptUrl = (hash: string): string => `https://convae.invalid/sha256/${hash}`;

/**
 * Fetches a whole file, or takes it from the browser's Cache Storage, where it was kept under its SHA-256 before. A cache
 * that is missing, full or damaged is no error: the file is fetched then.
 * @param hash SHA-256 that the file must have, 64 hexadecimal digits. What is given out may still have another: the server's
 * answer is for the caller to check.
 * @throws as `fetchBytes`.
 */
export async function fetchKept(
  url: string,
  hash: string,
  options: FetchOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const cache = await openCache();
  checkNotAborted(options.signal);
  const kept = cache && (await take(cache, hash));
  if (kept && kept.length <= options.maxBytes) {
    await options.onProgress?.({ file: fileNameOf(url), loaded: kept.length, total: kept.length });
    return kept;
  }
  const { bytes } = await fetchBytes(url, options);
  if (cache && (await hasHash(bytes, hash))) await keep(cache, hash, bytes);
  return bytes;
}

/** Undefined where there is no Cache Storage, or it may not be used (private windows, sandboxed frames). */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(CACHE_NAME);
  } catch {
    return undefined;
  }
}

async function take(cache: Cache, hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const response = await cache.match(keptUrl(hash));
    if (response === undefined) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (await hasHash(bytes, hash)) return bytes;
    await cache.delete(keptUrl(hash));
  } catch {
    // As if it were not there.
  }
  return undefined;
}

async function keep(cache: Cache, hash: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) };
    await cache.put(keptUrl(hash), new Response(bytes, { headers }));
    // Keys come in the order in which they were put.
    const keys = await cache.keys();
    for (const oldest of keys.slice(0, Math.max(0, keys.length - MAX_KEPT_FILES))) await cache.delete(oldest);
  } catch {
    // The storage is full: the file is fetched again next time.
  }
}

const hasHash = async (bytes: Uint8Array, hash: string): Promise<boolean> =>
  toHex(await sha256(bytes)) === hash;
