import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, folderEntryName, listEntries, publishEntry, readEntry } from './cache.js';
import { describeTfjsPackage } from './tfjs-package.js';

const tfjs = describeTfjsPackage();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-cache-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function makeBuild(name: string, content: string): Promise<string> {
  const build = join(folder, name);
  await mkdir(join(build, 'deps', 'lib'), { recursive: true });
  await mkdir(dirname(join(build, tfjs.binding)), { recursive: true });
  await writeFile(join(build, tfjs.binding), content);
  return build;
}

const info = (tensorflow: string, source: 'wheel' | 'folder' = 'wheel') =>
  ({ formatVersion: 1, tensorflow, source }) as const;

describe('cache folder', () => {
  it.each([
    ['linux', {}, '/home/me/.cache/convae'],
    ['linux', { XDG_CACHE_HOME: '/fast' }, '/fast/convae'],
    ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/me/.cache/convae'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/me/.cache/convae'],
    ['darwin', {}, '/home/me/Library/Caches/convae'],
  ] as const)('on %s with %j is %s', (platform, env, expected) => {
    expect(cacheFolder(env, platform, '/home/me')).toBe(expected);
  });

  it('gives folders of the user names that change with the library in them', () => {
    const name = folderEntryName(['/opt/tf', 100, 5]);
    expect(name).toMatch(/^folder-[0-9a-f]{16}$/);
    expect(folderEntryName(['/opt/tf', 100, 5])).toBe(name);
    expect(folderEntryName(['/opt/tf', 101, 5])).not.toBe(name);
  });
});

describe('cache entries', () => {
  it('are listed newest TensorFlow first, without those of a folder of the user', async () => {
    const shelf = join(folder, 'shelf');
    for (const version of ['2.9.1', '2.21.0']) {
      await publishEntry(await makeBuild('build', version), join(shelf, version), info(version));
    }
    await publishEntry(await makeBuild('build', 'x'), join(shelf, 'own'), info('2.30.0', 'folder'));
    const entries = await listEntries(shelf, tfjs);
    expect(entries.map(({ tensorflow }) => tensorflow)).toEqual(['2.21.0', '2.9.1']);
  });

  it('count as missing when damaged', async () => {
    const target = join(folder, 'shelf', 'a');
    await publishEntry(await makeBuild('build', 'x'), target, info('2.21.0'));
    expect(await readEntry(target, tfjs)).toMatchObject({ tensorflow: '2.21.0', folder: target });
    await rm(join(target, tfjs.binding));
    expect(await readEntry(target, tfjs)).toBeUndefined();
    await writeFile(join(target, 'entry.json'), '{"formatVersion":2}');
    expect(await listEntries(join(folder, 'shelf'), tfjs)).toEqual([]);
    expect(await listEntries(join(folder, 'no-such-shelf'), tfjs)).toEqual([]);
  });

  it('of a faster clone stay', async () => {
    const target = join(folder, 'shelf', 'a');
    await publishEntry(await makeBuild('first', 'first'), target, info('2.21.0'));
    await publishEntry(await makeBuild('second', 'second'), target, info('2.21.0'));
    expect(await readFile(join(target, tfjs.binding), 'utf8')).toBe('first');
  });

  it('that were broken are replaced', async () => {
    const target = join(folder, 'shelf', 'a');
    await publishEntry(await makeBuild('first', 'first'), target, info('2.21.0'));
    await publishEntry(await makeBuild('second', 'second'), target, info('2.21.0'), true);
    expect(await readFile(join(target, tfjs.binding), 'utf8')).toBe('second');
  });
});
