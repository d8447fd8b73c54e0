import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from './open-dataset.js';
import type { Dataset, LabelledImages, ReadProgress } from './types.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-images-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Picture {
  height?: number;
  width?: number;
  /** One value per channel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  pixel: number[];
}

async function writePicture(path: string, { height = 4, width = 4, pixel }: Picture): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const data = Uint8Array.from({ length: height * width * pixel.length }, (_, i) => pixel[i % pixel.length]!);
  const image = sharp(data, { raw: { height, width, channels: pixel.length as 1 } });
  await image.toColourspace(pixel.length < 3 ? 'b-w' : 'srgb').toFile(path);
}

async function folderOf(name: string, files: Record<string, Picture>): Promise<string> {
  const folder = join(root, name);
  for (const [file, picture] of Object.entries(files)) await writePicture(join(folder, file), picture);
  return folder;
}
const greys = (count: number, prefix = ''): Record<string, Picture> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}.png`, { pixel: [i] }]));
const numbersOf = ({ data, count, height, width, channels }: LabelledImages): number[] =>
  Array.from({ length: count }, (_, i) => data[i * height * width * channels]!);
const partsOf = async (dataset: Dataset) =>
  [dataset.train, dataset.validation, await dataset.loadTest()].map(numbersOf);
const refused = async (folder: string, code: string) => {
  const outcome = await openDataset(`images:${folder}`).then(
    () => 'opened',
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject({ name: 'ConvaeError', code });
};

describe('openDataset images: splits', () => {
  it('80 : 10 : 10 without sub-folders, every image in one part, the same each time', async () => {
    const folder = await folderOf('flat', greys(30));
    const dataset = await openDataset(`images:${folder}`);
    expect(dataset).toMatchObject({ name: 'flat', source: `images:${folder}`, testIsValidation: false });
    expect(dataset.classNames).toBeUndefined();
    const parts = await partsOf(dataset);
    expect(parts.map((part) => part.length)).toEqual([24, 3, 3]);
    expect(parts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(await partsOf(await openDataset(`images:${folder}`))).toEqual(parts);
    expect(await partsOf(await openDataset(`images:${folder}`, { seed: 5 }))).not.toEqual(parts);
    const limited = await openDataset(`images:${folder}`, { limit: 2, validation: 5 });
    expect((await partsOf(limited)).map((part) => part.length)).toEqual([2, 5, 2]);
  });

  it('by the sub-folders train, val and test, with classes below them', async () => {
    const folder = await folderOf('parts', {
      'train/cat/a.png': { pixel: [1] },
      'train/dog/a.png': { pixel: [2] },
      'train/dog/deep/er.png': { pixel: [3] },
      'val/dog/b.png': { pixel: [4] },
      'test/ape/c.png': { pixel: [5] },
      'test/cat/c.png': { pixel: [6] },
    });
    const dataset = await openDataset(`images:${folder}`);
    expect(await partsOf(dataset)).toEqual([[1, 2, 3], [4], [5, 6]]);
    expect(dataset.classNames).toEqual(['ape', 'cat', 'dog']);
    expect([...dataset.train.labels!]).toEqual([1, 2, 2]);
    expect([...(await dataset.loadTest()).labels!]).toEqual([0, 1]);
    await expect(openDataset(`images:${folder}`, { validation: 2 })).rejects.toThrow(
      /expected no number for validation, received 2/,
    );
  });

  it('train into train and validation where there is no folder for validation', async () => {
    const folder = await folderOf('train-only', greys(20, 'train/'));
    const dataset = await openDataset(`images:${folder}`);
    expect(dataset.testIsValidation).toBe(true);
    expect((await partsOf(dataset)).map((part) => part.length)).toEqual([18, 2, 2]);
    await expect(openDataset(`images:${folder}`, { validation: 0 })).rejects.toThrow(RangeError);
  });

  it('class folders that are numbers stand for themselves', async () => {
    const folder = await folderOf('digits', {
      ...greys(4, '2/'),
      ...greys(4, '10/'),
    });
    const dataset = await openDataset(`images:${folder}`);
    expect([...new Set(dataset.train.labels)].sort()).toEqual([10, 2]);
    expect(dataset.classNames![10]).toBe('10');
  });

  it('passes over other files and dot files, follows links once', async () => {
    const folder = await folderOf('links', greys(4, 'in/'));
    await writeFile(join(folder, 'notes.txt'), 'x');
    await writeFile(join(folder, '.hidden.png'), 'x');
    await symlink(folder, join(folder, 'in', 'loop'));
    const other = await folderOf('linked', { 'x.png': { pixel: [77] } });
    await symlink(other, join(folder, 'link'));
    const parts = await partsOf(await openDataset(`images:${folder}`));
    expect(parts.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 77]);
  });
});

describe('openDataset images: decodes', () => {
  /** The first pixel of each image of a folder, by grey value, RGB or RGBA. */
  async function pixels(name: string, pictures: Record<string, Picture>, channels?: 1 | 3 | 4) {
    const folder = await folderOf(
      name,
      Object.fromEntries(Object.entries(pictures).map(([k, v]) => [`train/${k}`, v])),
    );
    await writePicture(join(folder, 'val', 'v.png'), { pixel: [0] });
    const { train } = await openDataset(`images:${folder}`, { ...(channels && { channels }) });
    const size = train.height * train.width * train.channels;
    return Array.from({ length: train.count }, (_, i) => [
      ...train.data.subarray(i * size, i * size + train.channels),
    ]);
  }

  it('grey PNG exactly, one channel', async () => {
    expect(await pixels('grey', { 'a.png': { pixel: [0] }, 'b.PNG': { pixel: [123] } })).toEqual([
      [0],
      [123],
    ]);
  });

  it('colour and grey together as RGB, JPEG and WebP nearly exactly', async () => {
    const colour = [200, 100, 50];
    const [png, jpeg, webp, grey] = (await pixels('colour', {
      'a.png': { pixel: colour },
      'b.jpg': { pixel: colour },
      'c.webp': { pixel: colour },
      'd.png': { pixel: [9] },
    })) as [number[], number[], number[], number[]];
    expect(png).toEqual(colour);
    expect(grey).toEqual([9, 9, 9]);
    for (const lossy of [jpeg, webp])
      for (const [c, value] of lossy.entries()) expect(Math.abs(value - colour[c]!)).toBeLessThan(8);
  });

  it('colour as grey where one channel is asked for', async () => {
    expect(await pixels('to-grey', { 'a.png': { pixel: [90, 90, 90] }, 'b.png': { pixel: [7] } }, 1)).toEqual(
      [[90], [7]],
    );
  });

  it('all images as RGBA where one of them has transparency', async () => {
    const pictures = {
      'a.png': { pixel: [10, 20, 30, 254] },
      'b.png': { pixel: [7] },
      'c.webp': { pixel: [9, 9, 9] },
    };
    const [veil, grey, lossy] = await pixels('veil', pictures);
    expect(veil).toEqual([10, 20, 30, 254]);
    expect(grey).toEqual([7, 7, 7, 255]);
    expect(lossy?.[3]).toBe(255);
    expect(await pixels('veil-of-grey', { 'a.png': { pixel: [50, 99] } })).toEqual([[50, 50, 50, 99]]);
  });

  it('opaque images with an alpha channel without it, and as RGBA where that is asked for', async () => {
    const pictures = { 'a.png': { pixel: [10, 20, 30, 255] } };
    expect(await pixels('opaque', pictures)).toEqual([[10, 20, 30]]);
    expect(await pixels('opaque-rgba', pictures, 4)).toEqual([[10, 20, 30, 255]]);
  });

  it('test images in what the others are, without a look at their pixels', async () => {
    const train = { 'train/a.png': { pixel: [1, 2, 3] }, 'val/b.png': { pixel: [1, 2, 3] } };
    const folder = await folderOf('veiled-test', { ...train, 'test/c.png': { pixel: [0, 0, 0, 0] } });
    const dataset = await openDataset(`images:${folder}`);
    expect(dataset.train.channels).toBe(3);
    expect([...(await dataset.loadTest()).data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  it('colours where nothing is visible from what is', async () => {
    const folder = await folderOf('hole', { 'val/v.png': { height: 8, width: 8, pixel: [0] } });
    const data = Uint8Array.from(
      { length: 8 * 8 * 4 },
      (_, i) => (i < 32 ? [200, 100, 50, 80] : [0, 0, 255, 0])[i % 4]!,
    );
    await mkdir(join(folder, 'train'));
    await sharp(data, { raw: { height: 8, width: 8, channels: 4 } }).toFile(join(folder, 'train/a.png'));
    const { train } = await openDataset(`images:${folder}`);
    expect([...train.data.subarray(32 * 4, 32 * 4 + 4)]).toEqual([200, 100, 50, 0]);
    expect([...train.data.subarray(0, 4)]).toEqual([200, 100, 50, 80]);
  });

  it('no damaged image with an alpha channel', async () => {
    const folder = await folderOf('torn', {
      'train/a.png': { height: 64, width: 64, pixel: [1, 2, 3, 255] },
    });
    const path = join(folder, 'train/a.png');
    await writeFile(path, (await readFile(path)).subarray(0, 80));
    await writePicture(join(folder, 'val/v.png'), { height: 64, width: 64, pixel: [1, 2, 3, 255] });
    await refused(folder, 'DATA_INVALID');
  });

  it('transparency on white', async () => {
    const pictures = { 'a.png': { pixel: [0, 0, 0, 0] }, 'b.png': { pixel: [10, 20, 30, 255] } };
    expect(await pixels('alpha', pictures, 3)).toEqual([
      [255, 255, 255],
      [10, 20, 30],
    ]);
    expect(await pixels('grey-alpha', { 'a.png': { pixel: [0, 0] } }, 1)).toEqual([[255]]);
  });

  it('16-bit samples scaled to 8', async () => {
    const folder = await folderOf('deep', { 'val/v.png': { pixel: [0] } });
    await mkdir(join(folder, 'train'));
    const raw = { height: 4, width: 4, channels: 1 as const };
    await sharp(new Uint16Array(16).fill(0x8080), { raw })
      .toColourspace('grey16')
      .toFile(join(folder, 'train/a.png'));
    const { train } = await openDataset(`images:${folder}`);
    expect(train).toMatchObject({ channels: 1, count: 1 });
    expect(train.data[0]).toBe(0x80);
  });

  it('turned as EXIF says', async () => {
    const folder = await folderOf('exif', { 'val/v.png': { height: 16, width: 8, pixel: [0] } });
    await mkdir(join(folder, 'train'));
    // 8 high, 16 wide, dark on the left; orientation 6 shows it turned clockwise: 16 high, dark above.
    const data = Uint8Array.from({ length: 128 }, (_, i) => (i % 16 < 8 ? 0 : 255));
    await sharp(data, { raw: { height: 8, width: 16, channels: 1 } })
      .toColourspace('b-w')
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(join(folder, 'train/a.jpg'));
    const { train } = await openDataset(`images:${folder}`);
    expect(train).toMatchObject({ height: 16, width: 8 });
    expect(train.data[0]).toBeLessThan(20);
    expect(train.data.at(-1)).toBeGreaterThan(235);
  });

  it('with reports on its progress', async () => {
    const folder = await folderOf('flat', greys(30));
    const reports: ReadProgress[] = [];
    await openDataset(`images:${folder}`, { onProgress: (progress) => reports.push(progress) });
    expect(reports).toContainEqual({ step: 'sizes', done: 30, total: 30 });
    const pixels = reports.filter(({ step }) => step === 'pixels');
    expect(pixels).toEqual(
      Array.from({ length: 27 }, (_, i) => ({ step: 'pixels', done: i + 1, total: 27 })),
    );
  });
});

describe('openDataset images: with several sizes', () => {
  const mixed = () =>
    folderOf('mixed', {
      ...greys(10),
      'wide.png': { height: 6, width: 12, pixel: [200] },
      'high.png': { height: 9, width: 5, pixel: [100] },
    });

  it('lists them with counts and names the flags', async () => {
    const folder = await mixed();
    await refused(folder, 'SHAPE_MISMATCH');
    await expect(openDataset(`images:${folder}`)).rejects.toThrow(
      /images of 3 sizes.*4×4 \(10\), 6×12 \(1\), 9×5 \(1\).*--fit crop.*--fit pad.*--size/,
    );
  });

  it('crops, pads and scales them to one', async () => {
    const source = `images:${await mixed()}`;
    expect((await openDataset(source, { fit: 'crop' })).train).toMatchObject({ height: 4, width: 4 });
    const padded = await openDataset(source, { fit: 'pad', multiple: 8 });
    expect(padded.train).toMatchObject({ height: 16, width: 16 });
    const scaled = await openDataset(source, { fit: 'resize', size: { height: 8, width: 4 } });
    expect(scaled.train).toMatchObject({ height: 8, width: 4 });
    // Every picture is of one grey, and stays so: nothing black is added, nothing is distorted.
    for (const dataset of [padded, scaled])
      for (const part of [dataset.train, dataset.validation, await dataset.loadTest()]) {
        const size = part.height * part.width;
        part.data.forEach((value, i) => {
          expect(value).toBe(part.data[i - (i % size)]);
        });
      }
    expect((await partsOf(scaled)).flat().sort((a, b) => a - b)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 200,
    ]);
  });
});

describe('openDataset images: refuses', () => {
  it('damaged images, naming all of them', async () => {
    const folder = await folderOf('damaged', greys(10));
    await writeFile(join(folder, 'a.png'), 'this is no image');
    await writeFile(join(folder, 'b.jpg'), '');
    await refused(folder, 'DATA_INVALID');
    await expect(openDataset(`images:${folder}`)).rejects.toThrow(
      /2 of 12 images cannot be read: .*a\.png: .*b\.jpg: /,
    );
  });

  it.each(['png', 'jpg', 'webp'])('a truncated %s', async (format) => {
    const folder = await folderOf(`truncated-${format}`, {
      'val/v.png': { height: 64, width: 64, pixel: [0] },
    });
    const file = join(folder, 'train', `x.${format}`);
    await mkdir(dirname(file));
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 };
    const create = { width: 64, height: 64, channels: 3 as const, background: '#888', noise };
    await sharp({ create }).toFile(file);
    expect((await openDataset(`images:${folder}`)).train).toMatchObject({ count: 1, channels: 3 });
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length * 0.6));
    await refused(folder, 'DATA_INVALID');
    await expect(openDataset(`images:${folder}`)).rejects.toThrow(`x.${format}`);
  });

  it('other formats under a known name, and animations', async () => {
    const folder = await folderOf('foreign', greys(3));
    await writeFile(join(folder, 'x.png'), '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    await expect(openDataset(`images:${folder}`)).rejects.toThrow(
      /x\.png: is svg, expected PNG, JPEG or WebP/,
    );
    await rm(join(folder, 'x.png'));
    const frames = sharp(
      new Uint8Array(4 * 8 * 3).map((_, i) => (i < 48 ? 0 : 255)),
      {
        raw: { width: 4, height: 8, channels: 3, pageHeight: 4 },
      },
    );
    await frames.webp({ loop: 0 }).toFile(join(folder, 'y.webp'));
    await expect(openDataset(`images:${folder}`)).rejects.toThrow(/y\.webp: is animated \(2 frames\)/);
  });

  it('missing folders, files, empty folders and too few images', async () => {
    await refused(join(root, 'nowhere'), 'NOT_FOUND');
    const file = join(root, 'file.png');
    await writePicture(file, { pixel: [1] });
    await refused(file, 'NOT_FOUND');
    const empty = join(root, 'empty', 'below');
    await mkdir(empty, { recursive: true });
    await refused(dirname(empty), 'DATA_INVALID');
    await expect(openDataset(`images:${empty}`)).rejects.toThrow(
      /no images \(\.png, \.jpg, \.jpeg, \.webp\)/,
    );
    await refused(await folderOf('two', greys(2)), 'DATA_INVALID');
  });

  it('images beside the part folders, and part folders without train', async () => {
    await expect(
      openDataset(`images:${await folderOf('stray', { ...greys(3, 'train/'), ...greys(1) })}`),
    ).rejects.toThrow(/0\.png lies beside the folders train/);
    await expect(openDataset(`images:${await folderOf('no-train', greys(3, 'test/'))}`)).rejects.toThrow(
      /has test, but no train/,
    );
  });
});
