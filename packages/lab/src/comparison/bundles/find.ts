import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ConvaeError, type ImageBatch, MANIFEST_FILE, type Manifest } from '@convae/runtime';
import { isLossless, type LosslessManifest, parseAnyManifest } from '@convae/runtime/core';
import { currentName, listedFiles, sha256 } from '@convae/train/kit';

/** A bundle to be measured. */
export interface BundleFolder {
  readonly folder: string;
  readonly name: string;
  readonly manifest: Manifest | LosslessManifest;
  /** SHA-256 of manifest.json, which holds those of the other files. */
  readonly sha256: string;
  /** All its files together. */
  readonly bytes: number;
}

/** The images to be coded. */
interface WantedShape extends Pick<ImageBatch, 'height' | 'width' | 'channels'> {
  /** True for pictures, each of its own size: only bundles for any size fit. */
  readonly manySizes: boolean;
}

/** Reads what a bundle is. @throws ConvaeError NOT_FOUND or MANIFEST_INVALID. */
export async function readBundle(folder: string): Promise<BundleFolder> {
  const path = join(folder, MANIFEST_FILE);
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new ConvaeError('NOT_FOUND', `expected a bundle in ${folder}: ${cause.message}`, { cause });
  });
  const manifest = parseAnyManifest(new Uint8Array(bytes));
  const total = listedFiles(manifest).reduce((sum, file) => sum + file.bytes, bytes.length);
  const name = basename(resolve(folder));
  // A run's bundle is in its folder `bundle`, which says nothing.
  const shown = name === 'bundle' ? `${basename(resolve(folder, '..'))}` : name;
  return { folder, name: shown, manifest, sha256: sha256(bytes), bytes: total };
}

/** Why a bundle cannot code images of a shape; undefined where it can. */
function mismatch(
  { manifest }: BundleFolder,
  { height, width, channels, manySizes }: WantedShape,
): string | undefined {
  const { image } = manifest;
  if (!isLossless(manifest) && manifest.quantizer === undefined) return 'it has no entropy tables';
  const fits = image.anySize || (!manySizes && image.height === height && image.width === width);
  if (fits && image.channels === channels) return undefined;
  const these = `${manySizes ? 'of many sizes' : `${height}×${width}`}×${channels}`;
  return `it takes images of ${image.height}×${image.width}×${image.channels}, these are ${these}`;
}

/** The bundles named, each of which must fit. @throws ConvaeError SHAPE_MISMATCH for one that does not. */
async function namedBundles(folders: readonly string[], images: WantedShape): Promise<BundleFolder[]> {
  const bundles = await Promise.all(folders.map(readBundle));
  for (const bundle of bundles) {
    const problem = mismatch(bundle, images);
    if (problem !== undefined) throw new ConvaeError('SHAPE_MISMATCH', `${bundle.folder}: ${problem}`);
  }
  return bundles;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new ConvaeError('NOT_FOUND', `${folder} cannot be read: ${cause.message}`, { cause });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort().map((name) => join(folder, name));
}

/** The data set that a bundle says it was trained on. */
export function trainedOn({ manifest }: Pick<BundleFolder, 'manifest'>): string {
  const { dataset } = manifest.training;
  return typeof dataset === 'string' ? dataset : 'unknown data';
}

/** Whether a bundle that fits was made for such images: of their size, or of any where they have many. */
function isMadeFor({ manifest: { image } }: BundleFolder, images: WantedShape): boolean {
  return images.manySizes || (image.height === images.height && image.width === images.width);
}

/** The bundles of a folder that have entropy tables and were made for such images. */
async function bundlesIn(folder: string, images: WantedShape): Promise<BundleFolder[]> {
  const found: BundleFolder[] = [];
  for (const candidate of await foldersIn(folder)) {
    const bundle = await readBundle(candidate).catch((error: unknown) => {
      if (error instanceof ConvaeError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
    if (bundle === undefined || mismatch(bundle, images) !== undefined) continue;
    if (isMadeFor(bundle, images)) found.push(bundle);
  }
  return found;
}

/** Whether a bundle is the reference autoencoder, which was trained for small errors alone, then quantized. */
export const isReference = ({ manifest }: Pick<BundleFolder, 'manifest'>): boolean =>
  currentName(String(manifest.architecture.name)) === 'reference';

/** Where bundles are looked for, and what for. */
export interface WantedBundles {
  /** Folders of bundles, each of which must fit. */
  readonly named: readonly string[];
  /** A folder of bundles, from which come others. */
  readonly models: string;
  /** The name of the data set. */
  readonly dataset: string;
  readonly images: WantedShape;
}

/**
 * The bundles to compare: those named, and the reference autoencoder of the folder of models; where none is named, all of
 * that folder that were made for images of this size. From the folder come only those trained on the same data set.
 * @throws ConvaeError NOT_FOUND, MANIFEST_INVALID, or SHAPE_MISMATCH for a named one that cannot code these images.
 */
export async function chooseBundles({
  named,
  models,
  dataset,
  images,
}: WantedBundles): Promise<BundleFolder[]> {
  const found = (await bundlesIn(models, images)).filter((bundle) => trainedOn(bundle) === dataset);
  if (named.length === 0) return found;
  const chosen = await namedBundles(named, images);
  const others = found.filter((bundle) => chosen.every((other) => other.sha256 !== bundle.sha256));
  return [...chosen, ...others.filter(isReference)];
}
