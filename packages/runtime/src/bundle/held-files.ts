import { checkLimit } from '../checks.js';
import type { BundleFiles } from './files.js';
import { MAX_PACK_BYTES } from './pack-names.js';
import { type HeldPack, isBundleFiles, type PackBlob } from './source.js';

/** The files of a bundle that is at hand. @throws as `openPack`. */
export async function heldFiles(source: HeldPack | BundleFiles): Promise<BundleFiles> {
  if (isBundleFiles(source)) return source;
  const { openPack } = await import('./pack.js');
  const location = (source as PackBlob).name ?? 'the packed bundle';
  if (source instanceof Uint8Array) return openPack(source, location);
  if (!(source instanceof ArrayBuffer)) checkLimit(source.size, MAX_PACK_BYTES, `${location} has`, 'bytes');
  const buffer = source instanceof ArrayBuffer ? source : await source.arrayBuffer();
  return openPack(new Uint8Array(buffer), location);
}
