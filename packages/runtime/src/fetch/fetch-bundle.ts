/// <reference lib="dom" />
import type { BundleFiles } from '../bundle/files.js';
import { MAX_PACK_BYTES } from '../bundle/pack-names.js';
import type { FetchingOptions } from '../codec/load-options.js';
import { bundleUrl, pageUrl } from './bundle-url.js';
import { fetchBytes, shownUrl } from './fetch-bytes.js';
import { checkPackHash, hashIn, isPackUrl } from './pack-address.js';

/**
 * The files of a bundle at a web address: of a folder, from which nothing is fetched yet, or of a packed bundle, which is
 * fetched whole. With `#sha256=` and 64 hexadecimal digits a packed bundle must have that SHA-256, and is kept by it.
 * @throws TypeError or RangeError where `url` is no address.
 * @throws ConvaeError as `openPack`; NOT_FOUND, HASH_MISMATCH, ABORTED.
 */
export async function fetchBundle(url: string | URL, options: FetchingOptions): Promise<BundleFiles> {
  const address = pageUrl(url, 'bundle');
  if (!isPackUrl(address)) return bundleUrl(address, options);
  const hash = hashIn(address);
  address.hash = '';
  const { href } = address;
  const limited = { ...options, maxBytes: MAX_PACK_BYTES };
  // What stands in the address itself is at hand.
  const kept = hash !== undefined && options.cache !== false && address.protocol !== 'data:';
  const bytes = kept
    ? await (await import('./kept-files.js')).fetchKept(href, hash, limited)
    : (await fetchBytes(href, limited)).bytes;
  await checkPackHash(bytes, hash, shownUrl(href));
  const { openPack } = await import('../bundle/pack.js');
  return openPack(bytes, shownUrl(href));
}
