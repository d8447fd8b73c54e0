import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../packages/runtime/src/idx/index.js';
import { createCodedBundle } from '../packages/runtime/src/testing/coded-bundle.js';
import { noiseImages } from '../packages/runtime/src/testing/expectations.js';
import { run } from './command.js';

/** A disk of a page, which a file of a page fills. */
const DISK_BYTES = 4096;

const root = await mkdtemp(join(tmpdir(), 'convae-full-'));
const disk = join(root, 'disk');
await mkdir(disk);
const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'convae', disk], {
  encoding: 'utf8',
});
const MOUNTED = mounting.status === 0;
if (!MOUNTED)
  console.warn(`SKIPPED: merging onto a full disk: ${mounting.stderr ?? mounting.error?.message}`);

const path = (name: string): string => join(root, name);
beforeAll(async () => {
  await mkdir(path('bundle'));
  const { contents } = await createCodedBundle();
  for (const [name, bytes] of contents) await writeFile(join(path('bundle'), name), bytes);
  await writeFile(path('images.idx'), formatIdxImages(noiseImages(8)));
});
afterAll(async () => {
  if (MOUNTED) spawnSync('umount', [disk]);
  await rm(root, { recursive: true, force: true });
});

describe.runIf(MOUNTED)('a full disk', () => {
  it('is what convae merge says, and nothing half-written stays there', async () => {
    const where = ['-o', path('part.cae'), '--bundle', path('bundle')];
    expect((await run('convae', ['encode', path('images.idx'), ...where])).code).toBe(0);
    await writeFile(join(disk, 'full'), new Uint8Array(DISK_BYTES));
    const merging = await run('convae', ['merge', path('part.cae'), '-o', join(disk, 'all.cae')]);
    expect(merging).toMatchObject({ code: 1, stdout: '' });
    expect(merging.stderr).toMatch(
      /^convae: .*all\.cae cannot be written: ENOSPC: no space left on device[^\n]*\n$/,
    );
    expect(await readdir(disk)).toEqual(['full']);
    await rm(join(disk, 'full'));
    expect((await run('convae', ['merge', path('part.cae'), '-o', join(disk, 'all.cae')])).code).toBe(0);
  });
});
