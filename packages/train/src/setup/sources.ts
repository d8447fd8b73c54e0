import { mkdir, readdir, realpath, rename, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { aliasLibraries, buildBinding, findBuildTools } from './binding.js';
import { type CacheEntry, folderEntryName, publishEntry } from './cache.js';
import { downloadSite, runOfficialInstaller, siteProblem } from './official.js';
import { probeBackend } from './probe.js';
import { copyPackage, withScratch } from './scratch.js';
import type { TfjsPackage } from './tfjs-package.js';
import { downloadWheel, unpackWheel } from './wheel.js';

/** What a source works with. */
export interface SourceContext {
  tfjs: TfjsPackage;
  /** The user's cache folder; scratch folders live in it too, so that a build can be renamed into place. */
  cache: string;
  /** Where entries for this package and platform are kept. */
  shelf: string;
  /** Entries of the cache that were tried and do not load. */
  broken: ReadonlySet<string>;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
}

/** Fetches the backend with the package's own installer, if the site it downloads from answers. */
export async function fromOfficialInstaller(context: SourceContext): Promise<CacheEntry> {
  const { tfjs, env, log } = context;
  const site = downloadSite(env);
  const problem = await siteProblem(site, tfjs, env);
  if (problem) throw new Error(`${site} is out of reach: ${problem}`);
  log("Running tfjs-node's own installer (it downloads about 120 MB) …");
  return withScratch(context.cache, async (scratch, signal) => {
    const copy = await runOfficialInstaller(tfjs, scratch, signal);
    return publish(context, copy, 'official', signal);
  });
}

/** Builds the binding against the TensorFlow library of the tensorflow-cpu wheel. */
export async function fromWheel(context: SourceContext): Promise<CacheEntry> {
  if (process.platform !== 'linux') throw new Error('only for Linux');
  const { python, missing } = await findBuildTools(context.env);
  if (!python || missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
  return build(context, 'wheel', async (copy, signal) => {
    context.log('Downloading the TensorFlow library with pip (about 270 MB) …');
    const wheel = await downloadWheel(python, join(copy.folder, '..', 'wheel'), signal);
    context.log(`Unpacking TensorFlow ${wheel.tensorflow} …`);
    await unpackWheel(python, wheel, join(copy.folder, 'deps'), signal);
    await aliasLibraries(join(copy.folder, 'deps', 'lib'));
    context.log('Compiling the binding of tfjs-node …');
  });
}

/**
 * The cache entry's place for a folder that the user named.
 *
 * @throws Error when the folder does not hold a TensorFlow C library.
 */
export async function folderEntry(shelf: string, folder: string): Promise<string> {
  if (!isAbsolute(folder)) throw new Error(`expected an absolute path, received ${JSON.stringify(folder)}`);
  const library = (await readdir(join(folder, 'lib')))
    .sort()
    .find((name) => /^libtensorflow(_cc)?\./.test(name));
  if (!library) throw new Error(`${join(folder, 'lib')} holds no libtensorflow`);
  await stat(join(folder, 'include', 'tensorflow', 'c', 'c_api.h'));
  const { size, mtimeMs } = await stat(join(folder, 'lib', library));
  return join(shelf, folderEntryName([await realpath(folder), size, mtimeMs]));
}

/** Builds the binding against the TensorFlow C library in a folder with `lib` and `include`, for the entry `place`. */
export async function fromFolder(context: SourceContext, folder: string, place: string): Promise<CacheEntry> {
  const { missing } = await findBuildTools(context.env);
  const needed = missing.filter((name) => !name.startsWith('python3'));
  if (needed.length > 0) throw new Error(`not installed: ${needed.join(', ')}`);
  const fill = async (copy: TfjsPackage): Promise<void> => {
    const libraries = join(copy.folder, 'deps', 'lib');
    await mkdir(libraries, { recursive: true });
    await symlink(join(folder, 'include'), join(copy.folder, 'deps', 'include'), 'junction');
    for (const name of await readdir(join(folder, 'lib'))) {
      if (/^libtensorflow/.test(name)) await symlink(join(folder, 'lib', name), join(libraries, name));
    }
    if (process.platform === 'linux') await aliasLibraries(libraries);
    context.log(`Compiling the binding of tfjs-node against ${folder} …`);
  };
  return build(context, 'folder', fill, place);
}

/** Compiles the binding in a copy of the package, once `fill` has put libraries and headers into its `deps`. */
function build(
  context: SourceContext,
  source: CacheEntry['source'],
  fill: (copy: TfjsPackage, signal: AbortSignal) => Promise<void>,
  place?: string,
): Promise<CacheEntry> {
  return withScratch(context.cache, async (scratch, signal) => {
    const copy = await copyPackage(context.tfjs, scratch);
    await fill(copy, signal);
    await buildBinding(copy, signal);
    return publish(context, copy, source, signal, place);
  });
}

/** Proves that a finished build loads and moves it into the cache. */
async function publish(
  context: SourceContext,
  build: TfjsPackage,
  source: CacheEntry['source'],
  signal: AbortSignal,
  place?: string,
): Promise<CacheEntry> {
  const tensorflow = await probeBackend(build, signal);
  const target = place ?? join(context.shelf, `tensorflow-${tensorflow}-${source}`);
  const parts = join(build.folder, '..', 'entry');
  await moveNativeParts(build, parts);
  const info = { formatVersion: 1 as const, tensorflow, source };
  return publishEntry(parts, target, info, context.broken.has(target));
}

async function moveNativeParts(build: TfjsPackage, target: string): Promise<void> {
  await mkdir(join(target, 'deps'), { recursive: true });
  await rename(join(build.folder, 'deps', 'lib'), join(target, 'deps', 'lib'));
  const bindings = dirname(dirname(build.binding));
  await rename(join(build.folder, bindings), join(target, bindings));
}
