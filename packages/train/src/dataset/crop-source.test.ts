import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from './open-dataset.js';
import type { LabelledImages, ReadProgress } from './types.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-crops-'));
  await writeFolder('photos');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A pixel says where it is: red is the row, green the column, blue the picture. */
async function writePicture(path: string, height: number, width: number, number: number): Promise<void> {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const place = Math.floor(i / 3);
    return [Math.floor(place / width), place % width, number][i % 3]!;
  });
  await sharp(data, { raw: { height, width, channels: 3 } }).toFile(path);
}

async function writeFolder(name: string): Promise<void> {
  for (const part of ['train', 'validation', 'test'])
    await mkdir(join(root, name, part), { recursive: true });
  const at = (path: string): string => join(root, name, path);
  await writePicture(at('train/a.png'), 24, 32, 1);
  await writePicture(at('train/b.png'), 16, 8, 2);
  await writePicture(at('train/small.png'), 7, 40, 3);
  await writePicture(at('validation/c.png'), 9, 11, 4);
  await writePicture(at('test/d.png'), 20, 20, 5);
  await writePicture(at('test/tiny.png'), 3, 5, 6);
}

interface Origin {
  readonly number: number;
  readonly top: number;
  readonly left: number;
}

/** Where each crop is from, after every one of its pixels was checked. */
function originsOf({ data, count, height, width }: LabelledImages): Origin[] {
  return Array.from({ length: count }, (_, n) => {
    const at = (y: number, x: number) => ((n * height + y) * width + x) * 3;
    const [top, left, number] = data.subarray(at(0, 0)) as unknown as [number, number, number];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        expect([...data.subarray(at(y, x), at(y, x) + 3)]).toEqual([top + y, left + x, number]);
    }
    return { number, top, left };
  });
}

describe('openDataset with crops', () => {
  it('cuts pictures of many sizes, more from larger ones, and leaves out those that are too small', async () => {
    const dataset = await openDataset(`images:${root}/photos`, { crop: 8 });
    expect(dataset.train).toMatchObject({ height: 8, width: 8, channels: 3, count: 48 + 8 });
    expect(dataset.crops).toEqual({ pictures: 2, leftOut: 2 });
    const origins = originsOf(dataset.train);
    expect(origins.filter(({ number }) => number === 1)).toHaveLength(48);
    expect(new Set(origins.map(({ top, left }) => `${top},${left}`)).size).toBeGreaterThan(30);
    expect(originsOf(dataset.validation).map(({ number }) => number)).toEqual([4]);
    expect(originsOf(await dataset.loadTest()).map(({ number }) => number)).toEqual(new Array(6).fill(5));
  });

  it('cuts the same crops every time, others for another seed', async () => {
    const open = async (seed?: number) => {
      const { train, validation, loadTest } = await openDataset(`images:${root}/photos`, { crop: 8, seed });
      return [train, validation, await loadTest()].map(({ data }) => Buffer.from(data).toString('base64'));
    };
    expect(await open()).toEqual(await open());
    expect(await open(9)).not.toEqual(await open());
  });

  it('offers the whole pictures of validation and test, small ones too', async () => {
    const dataset = await openDataset(`images:${root}/photos`, { crop: 8 });
    const test = await dataset.testPictures!();
    expect(test.names).toEqual(['test/d.png', 'test/tiny.png']);
    expect(await test.read(1)).toMatchObject({ height: 3, width: 5, channels: 3 });
    const validation = await dataset.validationPictures!();
    expect(validation.names).toEqual(['validation/c.png']);
    expect(await openDataset(`images:${root}/photos`, { fit: 'crop' })).not.toHaveProperty('testPictures');
  });

  it('takes the validation pictures for testing where there are no others', async () => {
    await mkdir(join(root, 'plain', 'train'), { recursive: true });
    for (let i = 0; i < 4; i++) await writePicture(join(root, 'plain', 'train', `${i}.png`), 8, 9, i);
    const dataset = await openDataset(`images:${root}/plain`, { crop: 8, validation: 1 });
    expect(dataset.testIsValidation).toBe(true);
    expect((await dataset.testPictures!()).names).toEqual((await dataset.validationPictures!()).names);
    expect(await dataset.loadTest()).toBe(dataset.validation);
  });

  it('joins folders by links, each a class', async () => {
    for (const part of ['train', 'validation', 'test']) {
      await mkdir(join(root, 'joined', part), { recursive: true });
      await symlink(join(root, 'photos', part), join(root, 'joined', part, 'photos'));
      await symlink(join(root, 'plain', 'train'), join(root, 'joined', part, 'plain'));
    }
    const { train, classNames, crops } = await openDataset(`images:${root}/joined`, { crop: 8 });
    expect(classNames).toEqual(['photos', 'plain']);
    expect(crops).toMatchObject({ pictures: 6 });
    const numbers = originsOf(train).map(({ number }) => number);
    expect([...train.labels!].filter((label) => label === 0)).toHaveLength(56);
    expect(numbers).toHaveLength(train.labels!.length);
  });

  it('counts the files that it reads of all', async () => {
    const reports: ReadProgress[] = [];
    await openDataset(`images:${root}/photos`, { crop: 8, onProgress: (report) => reports.push(report) });
    expect(reports.filter(({ step }) => step === 'sizes').at(-1)).toMatchObject({ done: 6, total: 6 });
    const pixels = reports.filter(({ step }) => step === 'pixels');
    expect(pixels.map(({ done, total }) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('refuses parts without a picture that is large enough, other sources, and a size beside it', async () => {
    await expect(openDataset(`images:${root}/photos`, { crop: 10 })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringContaining('none of the 1 pictures of a part (as validation/c.png)'),
    });
    await expect(openDataset('mnist', { crop: 8 })).rejects.toThrow(
      'expected images:DIR for source beside crop, received "mnist"',
    );
    const both = openDataset(`images:${root}/photos`, { crop: 8, fit: 'crop' });
    await expect(both).rejects.toThrow('expected no size or fit beside crop, received "crop"');
    await expect(openDataset(`images:${root}/photos`, { crop: 0.5 })).rejects.toThrow(/for crop/);
  });
});
