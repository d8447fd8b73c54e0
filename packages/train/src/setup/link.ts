import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CacheEntry } from './cache.js';
import { replaceFolder } from './scratch.js';
import type { TfjsPackage } from './tfjs-package.js';

/**
 * Gives the package the native parts of a cache entry. The libraries (0.85 GB) are linked; the binding, which finds
 * them relative to itself, is copied.
 */
export async function linkEntry(tfjs: TfjsPackage, entry: CacheEntry): Promise<void> {
  const libraries = join(entry.folder, 'deps', 'lib');
  // Junctions are the links that Windows grants everybody; elsewhere the kind is ignored.
  await replaceFolder(join(tfjs.folder, 'deps'), async (path) => {
    await mkdir(path);
    await symlink(libraries, join(path, 'lib'), 'junction');
  });
  const bindings = dirname(dirname(tfjs.binding));
  await replaceFolder(join(tfjs.folder, bindings), (path) =>
    cp(join(entry.folder, bindings), path, { recursive: true, verbatimSymlinks: true }),
  );
}

/** Takes the native parts away again, so that a package that does not load is at least plainly without them. */
export async function unlinkEntry(tfjs: TfjsPackage): Promise<void> {
  for (const part of ['deps', dirname(dirname(tfjs.binding))]) {
    await rm(join(tfjs.folder, part), { recursive: true, force: true });
  }
}
