import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImageFile, writeImageFile } from '../node/image-files.js';
import { noiseImages } from '../testing/expectations.js';
import { imagesOf, openInputs } from './image-inputs.js';
import { type Item, readAhead } from './read-ahead.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-ahead-'));
});
afterAll(() => rm(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Reads image files, the first one's taker slow; most that were being decoded at once, and the bytes they held. */
async function most(paths: readonly string[], maxBytes: number) {
  const items = await Promise.all(paths.map(async (file) => ({ file, bytes: (await stat(file)).size })));
  const now = { count: 0, bytes: 0 };
  const peak = { count: 0, bytes: 0 };
  const change = (count: number, bytes: number): void => {
    now.count += count;
    now.bytes += bytes;
    peak.count = Math.max(peak.count, now.count);
    peak.bytes = Math.max(peak.bytes, now.bytes);
  };
  const costs: number[] = [];
  const images = readAhead(
    items,
    async ({ file, bytes }) => {
      const opened = await openImageFile(file, 1);
      const finish = () => {
        costs.push(bytes + opened.bytes);
        change(1, bytes + opened.bytes);
        return opened.finish();
      };
      return { bytes: opened.bytes, finish };
    },
    maxBytes,
  );
  const sides: number[] = [];
  for await (const { height } of images) {
    if (sides.length === 0) await setTimeout(50);
    change(-1, -costs[sides.length]!);
    sides.push(height);
  }
  return { sides, peak };
}

describe('reading ahead', () => {
  it('reads eight small images at once', async () => {
    await writeImageFile(path('small.png'), noiseImages(1, 20, 20));
    const { sides, peak } = await most(new Array(30).fill(path('small.png')), 1 << 20);
    expect(sides).toEqual(new Array(30).fill(20));
    expect(peak.count).toBe(8);
  });

  it('holds no more bytes than it may, files and pixels, and gives the images in order', async () => {
    const files = [100, 20, 200, 20, 20, 150, 100, 300, 20];
    for (const side of files) await writeImageFile(path(`${side}.png`), noiseImages(1, side, side));
    const { sides, peak } = await most(
      files.map((side) => path(`${side}.png`)),
      300_000,
    );
    expect(sides).toEqual(files);
    expect(peak.bytes).toBeLessThanOrEqual(300_000);
    expect(peak.count).toBeGreaterThan(1);
  });

  it('takes what is larger than all that by itself', async () => {
    const paths = new Array(4).fill(path('300.png'));
    expect((await most(paths, 1000)).peak.count).toBe(1);
  });

  it('begins no file whose bytes alone do not fit', async () => {
    const begun: number[] = [];
    const items: Item[] = [{ bytes: 60 }, { bytes: 30 }, { bytes: 20 }];
    const results = readAhead(
      items,
      async ({ bytes }) => {
        begun.push(bytes);
        return { bytes: 0, finish: async () => bytes };
      },
      100,
    );
    expect((await results.next()).value).toBe(60);
    expect(begun).toEqual([60, 30]);
    expect((await results.next()).value).toBe(30);
    expect((await results.next()).value).toBe(20);
    expect((await results.next()).done).toBe(true);
  });

  it('fails where an image does, in order, whatever became of the next ones', async () => {
    await writeFile(path('bad.png'), 'no image');
    const items = ['small.png', 'bad.png', 'missing.png'].map((name) => ({ bytes: 1, name }));
    const images = readAhead(items, ({ name }) => openImageFile(path(name), 1));
    await expect(
      (async () => {
        for await (const { height } of images) expect(height).toBe(20);
      })(),
    ).rejects.toThrow(/bad\.png cannot be read as an image/);
  });
});

describe('inputs of eight images of 81 megapixels', () => {
  it('hold three of them where one is needed', async () => {
    const side = 9000;
    const create = { width: side, height: side, channels: 3, background: '#808080' } as const;
    await sharp({ create }).png({ compressionLevel: 1 }).toFile(path('huge.png'));
    const inputs = await openInputs(new Array(8).fill(path('huge.png')), 1, nothing());
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    const images = imagesOf(inputs);
    const first = await images.next();
    // Time for all that is under way: eight of them without the bound.
    await setTimeout(3000);
    collect();
    const held = process.memoryUsage().arrayBuffers - before;
    expect(first.value?.data[side * side - 1]).toBe(128);
    expect(held).toBeGreaterThanOrEqual(side * side);
    expect(held).toBeLessThan(3.5 * side * side);
    await images.return();
  });
});
