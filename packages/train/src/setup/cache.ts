import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { sha256 } from '../files/sha256.js';
import type { TfjsPackage } from './tfjs-package.js';

const ENTRY_FILE = 'entry.json';

const entrySchema = z.object({
  formatVersion: z.literal(1),
  /** Version of the TensorFlow library. */
  tensorflow: z.string(),
  /** Where the library came from. */
  source: z.enum(['official', 'wheel', 'folder']),
});

/** What is known about a cached backend. */
export type CacheEntryInfo = z.infer<typeof entrySchema>;

/** A backend in the cache: `folder` holds `deps/lib` and the binding, laid out as in the tfjs-node package. */
export interface CacheEntry extends CacheEntryInfo {
  folder: string;
}

/** The user's cache folder for convae, by the custom of the platform (XDG base directories on Linux). */
export function cacheFolder(
  env: Readonly<NodeJS.ProcessEnv>,
  platform: NodeJS.Platform,
  home: string = homedir(),
): string {
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification has relative paths ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, 'convae');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'convae');
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'convae', 'Cache');
  return join(home, '.cache', 'convae');
}

/** Where backends built for this package, platform and Node-API version are kept below the cache folder. */
export function shelfFolder(cache: string, tfjs: TfjsPackage): string {
  const { arch, platform } = process;
  return join(cache, `tfjs-node-${tfjs.version}-${platform}-${arch}-napi${tfjs.napiVersion}`);
}

/** The name of the entry for a folder that the user named: changes with the folder and with the library in it. */
export function folderEntryName(identity: readonly (string | number)[]): string {
  return `folder-${sha256(JSON.stringify(identity)).slice(0, 16)}`;
}

/** Creates a folder and says whether files can be written in it. */
export async function isWritable(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The complete entries of a shelf for general use, newest TensorFlow first; what is damaged is left out. */
export async function listEntries(shelf: string, tfjs: TfjsPackage): Promise<CacheEntry[]> {
  const names = await readdir(shelf).catch(() => []);
  const entries = await Promise.all(names.map((name) => readEntry(join(shelf, name), tfjs)));
  return entries
    .flatMap((entry) => (entry && entry.source !== 'folder' ? entry : []))
    .sort((a, b) => b.tensorflow.localeCompare(a.tensorflow, 'en', { numeric: true }));
}

/** Reads one entry; undefined when it is missing, damaged or of another format version. */
export async function readEntry(folder: string, tfjs: TfjsPackage): Promise<CacheEntry | undefined> {
  try {
    const info = entrySchema.parse(JSON.parse(await readFile(join(folder, ENTRY_FILE), 'utf8')));
    const complete = existsSync(join(folder, tfjs.binding)) && existsSync(join(folder, 'deps', 'lib'));
    return complete ? { ...info, folder } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Moves a finished build into its place in the cache: the entry appears whole or not at all. Where another clone
 * was faster, its entry stays, unless it is one that was `brokenBefore`; then it is replaced.
 *
 * @param build - folder on the same file system as the shelf, holding `deps/lib` and the binding.
 */
export async function publishEntry(
  build: string,
  target: string,
  info: CacheEntryInfo,
  brokenBefore = false,
): Promise<CacheEntry> {
  await writeFile(join(build, ENTRY_FILE), `${JSON.stringify(info, null, 2)}\n`);
  await mkdir(dirname(target), { recursive: true });
  if (brokenBefore) await retire(target, `${build}-retired`);
  await rename(build, target).catch((error: NodeJS.ErrnoException) => {
    if (!ALREADY_THERE.has(error.code ?? '')) throw error;
  });
  return { ...info, folder: target };
}

/** Codes with which systems refuse to rename a folder onto one that is not empty. */
const ALREADY_THERE = new Set(['ENOTEMPTY', 'EEXIST', 'EPERM']);

async function retire(folder: string, aside: string): Promise<void> {
  await rename(folder, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(aside, { recursive: true, force: true });
}
