import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheName, openCache } from './cache.js';

const figures = { images: 3, bytesPerImage: 12.5, mse: 0.01, psnr: 20, ssim: 0.9 };
const key = { codec: 'WebP', quality: 1, images: 'abc' };

describe('openCache', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convae-cache-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds what was stored, in a later process too, and nothing else', async () => {
    const cache = await openCache(folder, { fresh: false });
    expect(await cache.get(key)).toBeUndefined();
    await cache.set(key, figures);
    const later = await openCache(folder, { fresh: false });
    expect(await later.get({ images: 'abc', quality: 1, codec: 'WebP' })).toEqual(figures);
    expect(await later.get({ ...key, quality: 2 })).toBeUndefined();
    expect(await later.get({ ...key, images: 'abd' })).toBeUndefined();
  });

  it('finds nothing when it is opened afresh, but stores', async () => {
    await (await openCache(folder, { fresh: false })).set(key, figures);
    const fresh = await openCache(folder, { fresh: true });
    expect(await fresh.get(key)).toBeUndefined();
    await fresh.set(key, { ...figures, bytesPerImage: 1 });
    expect((await (await openCache(folder, { fresh: false })).get(key))?.bytesPerImage).toBe(1);
    expect(await readdir(folder)).toEqual([cacheName(key)]);
  });

  it('takes damaged entries, and those of another key under its name, as not measured', async () => {
    const cache = await openCache(join(folder, 'new'), { fresh: false });
    const path = join(folder, 'new', cacheName(key));
    await writeFile(path, '{"key": {"co');
    expect(await cache.get(key)).toBeUndefined();
    await writeFile(path, JSON.stringify({ key: { other: 1 }, figures }));
    expect(await cache.get(key)).toBeUndefined();
    await writeFile(path, JSON.stringify({ key, figures: { ...figures, mse: -1 } }));
    expect(await cache.get(key)).toBeUndefined();
  });
});
