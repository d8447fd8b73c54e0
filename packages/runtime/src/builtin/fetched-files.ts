import type { BundleFiles } from '../bundle/files.js';
import { heldFiles } from '../bundle/held-files.js';
import { type BundleSource, checkSource, isPlace } from '../bundle/source.js';
import type { FetchingOptions } from '../codec/load-options.js';
import { fetchBundle } from '../fetch/fetch-bundle.js';

/** The files of a bundle where there is no file system. */
export async function openFetched(source: BundleSource, options: FetchingOptions): Promise<BundleFiles> {
  checkSource(source, 'an address');
  return isPlace(source) ? fetchBundle(source, options) : heldFiles(source);
}
