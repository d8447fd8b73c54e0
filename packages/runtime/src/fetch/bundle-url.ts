/// <reference lib="dom" />
import { type BundleFiles, checkPlainFileName, MANIFEST_FILE } from '../bundle/files.js';
import { wrongKind } from '../checks.js';
import type { FetchingOptions } from '../codec/load-options.js';
import { fetchBytes } from './fetch-bytes.js';
import { reporting } from './reporting.js';

/** Options of {@link bundleUrl}. */
export type BundleUrlOptions = FetchingOptions;

/**
 * The files of a bundle below a web address. Nothing is fetched until it is asked for.
 * @param url The bundle's folder, or its manifest.json; relative to the page.
 * @throws TypeError where `url` is no address.
 */
export function bundleUrl(url: string | URL, options: BundleUrlOptions = {}): BundleFiles {
  const folder = folderOf(url);
  return {
    location: folder,
    read: async (name, maxBytes, sha256) => {
      checkPlainFileName(name);
      const address = new URL(name, folder).href;
      return reporting(options.onProgress, async (onProgress) => {
        const limited = { ...options, onProgress, maxBytes };
        if (sha256 === undefined || options.cache === false)
          return (await fetchBytes(address, limited)).bytes;
        const { fetchKept } = await import('./kept-files.js');
        return fetchKept(address, sha256, limited);
      });
    },
  };
}

function folderOf(url: string | URL): string {
  const address = pageUrl(url, 'url');
  address.search = '';
  address.hash = '';
  const { pathname } = address;
  if (pathname.endsWith(`/${MANIFEST_FILE}`)) address.pathname = pathname.slice(0, -MANIFEST_FILE.length);
  else if (!pathname.endsWith('/')) address.pathname += '/';
  return address.href;
}

/** An address relative to the page, or to the script in a worker. @throws TypeError where it is none. */
export function pageUrl(url: unknown, name: string, expected = 'an address'): URL {
  if (typeof url !== 'string' && !(url instanceof URL)) throw wrongKind(expected, name, url);
  try {
    return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    throw wrongKind(expected, name, url);
  }
}
