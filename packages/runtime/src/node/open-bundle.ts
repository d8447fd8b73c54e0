import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BundleFiles } from '../bundle/files.js';
import { heldFiles } from '../bundle/held-files.js';
import { MAX_PACK_BYTES } from '../bundle/pack-names.js';
import { type BundleSource, checkSource, isPlace } from '../bundle/source.js';
import type { FetchingOptions } from '../codec/load-options.js';
import { fetchBundle } from '../fetch/fetch-bundle.js';
import { checkPackHash, hashIn } from '../fetch/pack-address.js';
import { bundleFolder, readWholeFile } from './folder.js';

/**
 * The files of a bundle: of a folder or packed bundle, by path or address, of a packed bundle that is at hand, or as given.
 * @throws TypeError or RangeError where `source` is none.
 * @throws ConvaeError as `openPack`; NOT_FOUND, HASH_MISMATCH, ABORTED.
 */
export async function openBundle(source: BundleSource, options: FetchingOptions = {}): Promise<BundleFiles> {
  checkSource(source, 'a path, an address');
  if (!isPlace(source)) return heldFiles(source);
  const url = asUrl(source);
  if (url === undefined) return openPath(source as string);
  if (url.protocol !== 'file:') return fetchBundle(url, options);
  return openPath(fileURLToPath(url), hashIn(url));
}

/** Undefined for a path. `C:\models` is one, too. */
function asUrl(source: string | URL): URL | undefined {
  if (source instanceof URL) return source;
  return /^(https?|file|data|blob):/i.test(source) ? new URL(source) : undefined;
}

/** A file is a packed bundle, everything else a folder, whose files say what is missing. */
async function openPath(path: string, hash?: string): Promise<BundleFiles> {
  const isFile = (await stat(path).catch(() => undefined))?.isFile() ?? false;
  if (!isFile) return bundleFolder(path);
  const bytes = await readWholeFile(path, MAX_PACK_BYTES);
  await checkPackHash(bytes, hash, path);
  const { openPack } = await import('../bundle/pack.js');
  return openPack(bytes, path);
}
