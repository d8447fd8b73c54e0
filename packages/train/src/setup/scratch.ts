import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TfjsPackage } from './tfjs-package.js';

const SCRATCH_PREFIX = 'tmp-';

/** A scratch folder this old was left behind by a process that was killed. */
const STALE_MS = 6 * 60 * 60 * 1000;

/** Parts of the package that a build makes anew, and its nested modules, which stay where they are. */
const NOT_COPIED = new Set(['deps', 'lib', 'build', 'build-tmp-napi-v8', 'node_modules', '.convae']);

/**
 * Gives `work` an empty folder inside `parent` and removes it afterwards, also when the user interrupts; `signal`
 * then ends what is running.
 */
export async function withScratch<T>(
  parent: string,
  work: (folder: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await removeStale(parent);
  const folder = await mkdtemp(join(parent, SCRATCH_PREFIX));
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    controller.abort();
    rmSync(folder, { recursive: true, force: true });
    // once() has removed this listener, so the signal now does what it does by default.
    process.kill(process.pid, signal);
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(folder, controller.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeStale(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(SCRATCH_PREFIX));
  for (const name of names) {
    const age = Date.now() - (await stat(join(parent, name)).then((info) => info.mtimeMs, Date.now));
    if (age > STALE_MS) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/**
 * Copies the package without its native parts into a scratch folder, where it needs modulesEnvironment(). Builds
 * and the package's own installer work on this copy: what fails there leaves nothing behind, and the package's
 * files, which pnpm shares between projects by hard links, stay as they were.
 *
 * @returns the copy, described like the original.
 */
export async function copyPackage(tfjs: TfjsPackage, scratch: string): Promise<TfjsPackage> {
  const folder = join(scratch, 'package');
  await cp(tfjs.folder, folder, {
    recursive: true,
    filter: (path) => dirname(path) !== tfjs.folder || !NOT_COPIED.has(basename(path)),
  });
  return { ...tfjs, folder };
}

/** Puts a folder made by `make` in the place of `target`, which keeps its old contents until the new are whole. */
export async function replaceFolder(target: string, make: (path: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const area = await mkdtemp(join(dirname(target), '.swap-'));
  try {
    await make(join(area, 'new'));
    await rename(target, join(area, 'old')).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(join(area, 'new'), target);
  } finally {
    await rm(area, { recursive: true, force: true });
  }
}
