import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { publishEntry, shelfFolder } from './cache.js';
import { ensureBackend } from './ensure-backend.js';
import { copyPackage } from './scratch.js';
import { describeTfjsPackage, hasNativeFiles, type TfjsPackage } from './tfjs-package.js';

const installed = describeTfjsPackage();
let folder: string;
let tfjs: TfjsPackage;
let lines: string[];

/** A bare copy of the package, an empty cache, and no download site. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-ensure-'));
  tfjs = await copyPackage(installed, folder);
  lines = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function ensure(env: Record<string, string> = {}) {
  const closed = { XDG_CACHE_HOME: folder, TFJS_NODE_CDN_STORAGE: 'http://127.0.0.1:1/' };
  return ensureBackend({ tfjs, env: { ...closed, ...env }, log: (line) => lines.push(line) });
}

/** Puts an entry into the cache with the libraries of the installed package and the binding made by `makeBinding`. */
async function fillCache(makeBinding: (path: string) => Promise<void>): Promise<string> {
  const build = join(folder, 'build');
  await mkdir(dirname(join(build, tfjs.binding)), { recursive: true });
  await mkdir(join(build, 'deps'));
  await symlink(await realpath(join(installed.folder, 'deps', 'lib')), join(build, 'deps', 'lib'));
  await makeBinding(join(build, tfjs.binding));
  const target = join(shelfFolder(join(folder, 'convae'), tfjs), 'tensorflow-test');
  await publishEntry(build, target, { formatVersion: 1, tensorflow: 'test', source: 'wheel' });
  return target;
}

describe('backend set-up', () => {
  it('takes the backend of the cache, and says nothing the next time', async () => {
    const entry = await fillCache((path) => cp(join(installed.folder, installed.binding), path));
    expect(await ensure()).toMatchObject({ source: 'cache', tensorflow: expect.stringMatching(/^2\./) });
    expect(lines).toEqual([expect.stringContaining(entry)]);
    expect(await ensure()).toMatchObject({ source: 'present' });
    expect(lines).toHaveLength(1);
  });

  it('lists everything tried when nothing works, and leaves nothing half done', async () => {
    const entry = await fillCache((path) => writeFile(path, 'not a library'));
    vi.stubEnv('PATH', folder);
    const failure = await ensure().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ConvaeError', code: 'BACKEND_UNAVAILABLE' });
    const { message } = failure as Error;
    expect(message).toContain('what is installed: the native parts of tfjs-node are not there');
    expect(message).toContain(`the cache (${entry})`);
    expect(message).toContain('http://127.0.0.1:1/ is out of reach');
    expect(message).toMatch(/wheel: (not installed: .*make, g\+\+|only for Linux)/);
    expect(message).toContain('apt-get install python3-pip make g++');
    expect(hasNativeFiles(tfjs)).toBe(false);
    expect(await readdir(join(folder, 'convae'))).toHaveLength(1);
  });

  it('takes nothing else in the place of a folder that was named', async () => {
    await fillCache((path) => cp(join(installed.folder, installed.binding), path));
    const failure = ensure({ CONVAE_LIBTENSORFLOW: join(folder, 'nothing') });
    await expect(failure).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    await expect(failure).rejects.toThrow(/CONVAE_LIBTENSORFLOW .*nothing\) cannot be used: ENOENT/);
    expect(hasNativeFiles(tfjs)).toBe(false);
  });
});
