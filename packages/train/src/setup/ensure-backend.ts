import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import { type CacheEntry, cacheFolder, isWritable, listEntries, readEntry, shelfFolder } from './cache.js';
import { firstLine } from './command-runner.js';
import { linkEntry, unlinkEntry } from './link.js';
import { probeBackend } from './probe.js';
import { folderEntry, fromFolder, fromOfficialInstaller, fromWheel, type SourceContext } from './sources.js';
import { describeTfjsPackage, hasNativeFiles, nativeFiles, type TfjsPackage } from './tfjs-package.js';

/** Environment variable that names a folder with `lib` and `include` of the TensorFlow C library. */
export const LIBTENSORFLOW_VARIABLE = 'CONVAE_LIBTENSORFLOW';

/** Options of {@link ensureBackend}. */
export interface EnsureBackendOptions {
  /** Takes one line for each step that is taken; nothing is said when nothing has to be done. */
  log: (line: string) => void;
  /** Environment; that of the process by default. */
  env?: NodeJS.ProcessEnv;
  /** The tfjs-node package to make loadable; the installed one by default. */
  tfjs?: TfjsPackage;
}

/** A backend that was seen working. */
export interface BackendState {
  /** Version of the TensorFlow library. */
  tensorflow: string;
  /** Where it came from; `present`: it was there already. */
  source: 'present' | 'cache' | CacheEntry['source'];
  /** Files and folders that must stay where they are, absolute paths. */
  files: string[];
}

/** A way to a backend that was tried in vain. */
interface Failure {
  way: string;
  reason: string;
}

/**
 * Makes tfjs-node loadable on the TensorFlow C library, by the first way that works: a folder named by
 * CONVAE_LIBTENSORFLOW, what is there already, the user's cache folder, the package's own installer, a build
 * against the library of the tensorflow-cpu wheel. Safe to repeat and to run in several checkouts at once.
 *
 * @throws ConvaeError BACKEND_UNAVAILABLE that lists everything tried; also when CONVAE_LIBTENSORFLOW is set and
 * cannot be used, as nothing else is taken in its place.
 */
export async function ensureBackend(options: EnsureBackendOptions): Promise<BackendState> {
  const context = await setupContext(options);
  const folder = context.env[LIBTENSORFLOW_VARIABLE];
  if (folder) return useFolder(context, folder);
  const failures: Failure[] = [];
  const attempt: Attempt = async (way, make) => {
    try {
      return await make();
    } catch (error) {
      failures.push({ way, reason: firstLine(error) });
      return undefined;
    }
  };
  const fetched = async (source: (context: SourceContext) => Promise<CacheEntry>) => {
    const entry = await source(context);
    return use(context, entry, entry.source);
  };
  return (
    (await attempt('what is installed', () => present(context.tfjs))) ??
    (await tryCache(context, attempt)) ??
    (await attempt("tfjs-node's own installer", () => fetched(fromOfficialInstaller))) ??
    (await attempt('a build against the tensorflow-cpu wheel', () => fetched(fromWheel))) ??
    giveUp(failures)
  );
}

/** Tries a way to a backend and notes why it failed. */
type Attempt = (way: string, make: () => Promise<BackendState>) => Promise<BackendState | undefined>;

interface Context extends SourceContext {
  broken: Set<string>;
}

async function setupContext(options: EnsureBackendOptions): Promise<Context> {
  const env = options.env ?? process.env;
  const tfjs = options.tfjs ?? describeTfjsPackage();
  let cache = cacheFolder(env, process.platform);
  if (!(await isWritable(cache))) {
    options.log(`The cache folder ${cache} cannot be written: keeping the backend beside tfjs-node.`);
    cache = join(tfjs.folder, '.convae');
    await mkdir(cache, { recursive: true });
  }
  return { tfjs, cache, shelf: shelfFolder(cache, tfjs), broken: new Set(), env, log: options.log };
}

async function present(tfjs: TfjsPackage): Promise<BackendState> {
  if (!hasNativeFiles(tfjs)) throw new Error('the native parts of tfjs-node are not there');
  return { tensorflow: await probeBackend(tfjs), source: 'present', files: nativeFiles(tfjs) };
}

async function tryCache(context: Context, attempt: Attempt): Promise<BackendState | undefined> {
  for (const entry of await listEntries(context.shelf, context.tfjs)) {
    const state = await attempt(`the cache (${entry.folder})`, () => use(context, entry, 'cache'));
    if (state) return state;
    context.broken.add(entry.folder);
  }
  return undefined;
}

async function useFolder(context: Context, folder: string): Promise<BackendState> {
  try {
    const place = await folderEntry(context.shelf, folder);
    if (await isLinkedTo(context, place)) return await present(context.tfjs);
    const entry = (await readEntry(place, context.tfjs)) ?? (await fromFolder(context, folder, place));
    return await use(context, entry, 'folder');
  } catch (cause) {
    const message = `The TensorFlow library of ${LIBTENSORFLOW_VARIABLE} (${folder}) cannot be used: ${firstLine(cause)}`;
    throw new ConvaeError('BACKEND_UNAVAILABLE', message, { cause });
  }
}

async function isLinkedTo(context: Context, place: string): Promise<boolean> {
  const linked = await realpath(join(context.tfjs.folder, 'deps', 'lib')).catch(() => undefined);
  return linked !== undefined && linked === (await realpath(join(place, 'deps', 'lib')).catch(() => ''));
}

/** Links an entry into the package and proves that it works there; otherwise takes it away again. */
async function use(
  context: Context,
  entry: CacheEntry,
  source: BackendState['source'],
): Promise<BackendState> {
  const { tfjs, log } = context;
  await linkEntry(tfjs, entry);
  try {
    const tensorflow = await probeBackend(tfjs);
    log(`TensorFlow ${tensorflow} is ready (${source === 'cache' ? 'from' : 'kept in'} ${entry.folder}).`);
    return { tensorflow, source, files: nativeFiles(tfjs) };
  } catch (error) {
    await unlinkEntry(tfjs);
    throw error;
  }
}

function giveUp(failures: readonly Failure[]): never {
  const tried = failures.map(({ way, reason }) => `  - ${way}: ${reason}`);
  const message = [
    'No TensorFlow backend could be made loadable. Tried:',
    ...tried,
    'What helps: install python3 with pip, make and g++ (Debian, Ubuntu: apt-get install python3-pip make g++) and run',
    `again; or set ${LIBTENSORFLOW_VARIABLE} to a folder with lib/ and include/ of the TensorFlow C library.`,
    'For tiny runs, --backend cpu needs none of this (about 100 times slower).',
  ];
  throw new ConvaeError('BACKEND_UNAVAILABLE', message.join('\n'));
}
