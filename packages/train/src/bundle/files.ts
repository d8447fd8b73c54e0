import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  ConvaeError,
  checkPlainFileName,
  isLossless,
  type LosslessManifest,
  MANIFEST_FILE,
  type Manifest,
} from '@convae/runtime/core';
import { sha256 } from '../files/sha256.js';

/** What a manifest says of a file. */
export const fileEntry = (file: string, bytes: Uint8Array) => ({
  file,
  bytes: bytes.length,
  sha256: sha256(bytes),
});

/** A manifest as the bytes of its file. */
export const manifestBytes = (manifest: object): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);

/** The files that a manifest lists. */
export const listedFiles = (manifest: Manifest | LosslessManifest) => {
  if (isLossless(manifest)) return [manifest.context];
  const { encoder, decoder, tables, context } = manifest;
  return [encoder, decoder, tables, context].filter((entry) => entry !== undefined);
};

const sibling = (path: string, purpose: string): string =>
  join(dirname(path), `.${basename(path)}.${purpose}-${randomUUID()}`);

/** How an older folder is known, which may be replaced. */
export interface OlderFolder {
  readonly isOne: (names: readonly string[]) => boolean;
  /** What other folders lack, for the message. */
  readonly mark: string;
}

/** An older folder that a file is known by. */
export const olderWith = (mark: string): OlderFolder => ({ isOne: (names) => names.includes(mark), mark });

/**
 * Writes a bundle folder so that it is either whole or not there; an older bundle in its place is replaced once the
 * new one is complete.
 * @param older what may be replaced; a bundle where left out.
 * @throws RangeError where a name is no plain file name; ConvaeError WRITE_FAILED, also where `folder` holds something
 * else.
 */
export async function writeBundleFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  older: OlderFolder = olderWith(MANIFEST_FILE),
): Promise<void> {
  for (const name of Object.keys(files)) checkPlainFileName(name);
  await writeWholeFolder(folder, files, older);
}

/**
 * Writes a folder so that it is either whole or not there; one in its place is replaced once the new one is complete.
 * @param files by their paths in the folder.
 * @param older what may be replaced.
 * @throws ConvaeError WRITE_FAILED, also where `folder` holds something else.
 */
export async function writeWholeFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  older: OlderFolder,
): Promise<void> {
  const target = resolve(folder);
  const replaced = await existingFolder(target, older);
  const temporary = sibling(target, 'part');
  try {
    await mkdir(temporary, { recursive: true });
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(temporary, name)), { recursive: true });
      await writeFile(join(temporary, name), bytes);
    }
    await moveIntoPlace(temporary, target, replaced);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw cause instanceof ConvaeError ? cause : writeFailed(target, cause);
  }
}

async function existingFolder(folder: string, { isOne, mark }: OlderFolder): Promise<boolean> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw writeFailed(folder, cause);
  }
  if (names.length === 0 || isOne(names)) return true;
  throw new ConvaeError('WRITE_FAILED', `${folder} holds other files and no ${mark}; it is left untouched`);
}

async function moveIntoPlace(temporary: string, target: string, replaced: boolean): Promise<void> {
  if (!replaced) return rename(temporary, target);
  const old = sibling(target, 'old');
  await rename(target, old);
  try {
    await rename(temporary, target);
  } catch (cause) {
    await rename(old, target);
    throw cause;
  }
  await rm(old, { recursive: true, force: true });
}

const writeFailed = (path: string, cause: unknown): ConvaeError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConvaeError('WRITE_FAILED', `${path} cannot be written: ${reason}`, { cause });
};
