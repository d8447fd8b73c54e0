import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from './files.js';
import { bundleFolder, readWholeFile } from './folder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeFileAtomic', () => {
  it('writes bytes and text, over an older file', async () => {
    const path = join(folder, 'a.bin');
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect(new Uint8Array(await readFile(path))).toEqual(Uint8Array.of(1, 2, 3));
    await writeFileAtomic(path, 'grün');
    expect(await readFile(path, 'utf8')).toBe('grün');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it('leaves nothing behind where it fails', async () => {
    const taken = join(folder, 'taken');
    await mkdir(taken);
    await expect(writeFileAtomic(taken, 'x')).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      cause: expect.any(Error),
    });
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('says which file where the folder is missing', async () => {
    const path = join(folder, 'nowhere', 'a.bin');
    await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining(path),
    });
  });

  it('never shows a part of the file to readers', async () => {
    const path = join(folder, 'a.bin');
    const versions = [new Uint8Array(1 << 20).fill(1), new Uint8Array(1 << 20).fill(2)];
    await writeFileAtomic(path, versions[0]!);
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 10; i++) await writeFileAtomic(path, versions[i % 2]!);
      writing = false;
    })();
    while (writing) {
      const bytes = await readFile(path);
      expect(bytes.length).toBe(1 << 20);
      expect(bytes[0]).toBe(bytes[bytes.length - 1]);
    }
    await writer;
  });
});

describe('readWholeFile', () => {
  it('refuses a file above the limit, a folder, a device and a missing file', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, new Uint8Array(100));
    expect(await readWholeFile(path, 100)).toHaveLength(100);
    await expect(readWholeFile(path, 99)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await expect(readWholeFile(folder, 99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(readWholeFile(join(folder, 'b'), 99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.skipIf(process.platform === 'win32')('refuses an endless device', async () => {
    await symlink('/dev/zero', join(folder, 'manifest.json'));
    await expect(bundleFolder(folder).read('manifest.json', 99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('bundleFolder', () => {
  it.each(['../a', '/etc/passwd', 'a/b', '..', '.', '', 'a\\b', '.hidden'])(
    'does not read %j',
    async (name) => {
      expect(() => bundleFolder(folder).read(name, 99)).toThrow(RangeError);
    },
  );
});
