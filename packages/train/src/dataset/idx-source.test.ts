import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeIdxImages, writeIdxLabels } from './idx-file.js';
import { findIdxParts } from './idx-source.js';
import { openDataset } from './open-dataset.js';
import type { LabelledImages } from './types.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-idx-source-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Images whose pixels all hold the image's number, so that it can be recognised. */
function numbered(count: number, side = 4, first = 0, channels = 1) {
  const size = side * side * channels;
  const data = Uint8Array.from({ length: count * size }, (_, i) => first + Math.floor(i / size));
  return { data, count, height: side, width: side, channels };
}
const numbersOf = ({ data, count, height, width, channels }: LabelledImages): number[] =>
  Array.from({ length: count }, (_, i) => data[i * height * width * channels]!);
const labelled = (count: number, first = 0) => Uint8Array.from({ length: count }, (_, i) => (first + i) % 10);

async function folderOf(name: string, files: Record<string, ReturnType<typeof numbered> | Uint8Array>) {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files))
    await (content instanceof Uint8Array
      ? writeIdxLabels(join(folder, file), content)
      : writeIdxImages(join(folder, file), content));
  return folder;
}
const four = (name: string) =>
  folderOf(name, {
    'train-images-idx3-ubyte.gz': numbered(100),
    'train-labels-idx1-ubyte.gz': labelled(100),
    't10k-images-idx3-ubyte.gz': numbered(20, 4, 200),
    't10k-labels-idx1-ubyte.gz': labelled(20, 200),
  });

describe('openDataset idx:', () => {
  it('opens four gzipped files: each training image in train or validation, with its own label', async () => {
    const folder = await four('four');
    const dataset = await openDataset(`idx:${folder}`);
    expect(dataset).toMatchObject({ name: 'four', source: `idx:${folder}`, testIsValidation: false });
    const { train, validation } = dataset;
    expect([train.count, validation.count]).toEqual([90, 10]);
    const numbers = [...numbersOf(train), ...numbersOf(validation)];
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...train.labels!, ...validation.labels!]).toEqual(numbers.map((number) => number % 10));
    const test = await dataset.loadTest();
    expect(numbersOf(test)).toEqual(Array.from({ length: 20 }, (_, i) => 200 + i));
    expect(test.labels).toHaveLength(20);
  });

  it('splits the same way each time and without regard to labels', async () => {
    const plain = await folderOf('plain', { 'train-images.idx3-ubyte': numbered(100) });
    const relabelled = await folderOf('relabelled', {
      'train-images.idx3-ubyte': numbered(100),
      'train-labels.idx1-ubyte': new Uint8Array(100).fill(3),
    });
    const [a, b, c, other] = await Promise.all([
      openDataset(`idx:${plain}`),
      openDataset(`idx:${relabelled}`),
      openDataset(`idx:${await four('four')}`),
      openDataset(`idx:${plain}`, { seed: 2 }),
    ]);
    expect(numbersOf(a.validation)).toEqual(numbersOf(b.validation));
    expect(numbersOf(a.validation)).toEqual(numbersOf(c.validation));
    expect(numbersOf(a.validation)).not.toEqual(numbersOf(other.validation));
  });

  it('takes the validation images as test where there are none', async () => {
    const folder = await folderOf('no-test', { 'images.idx': numbered(10), 'labels.idx': labelled(10) });
    const dataset = await openDataset(`idx:${folder}`, { validation: 0.3 });
    expect(dataset.testIsValidation).toBe(true);
    expect(dataset.validation).toMatchObject({ count: 3 });
    expect(await dataset.loadTest()).toEqual(dataset.validation);
    await expect(openDataset(`idx:${folder}`, { validation: 0 })).rejects.toThrow(
      /received 0: .* has no test images/,
    );
  });

  it('limit caps train and test, each; validation may be empty where there is a test part', async () => {
    const dataset = await openDataset(`idx:${await four('four')}`, { limit: 7, validation: 0 });
    expect([dataset.train.count, dataset.validation.count]).toEqual([7, 0]);
    expect(await dataset.loadTest()).toMatchObject({ count: 7 });
  });

  it('opens one file, and RGB images', async () => {
    const folder = await folderOf('rgb', { 'anything.idx4-ubyte': numbered(5, 4, 0, 3) });
    for (const source of [`idx:${folder}`, `idx:${join(folder, 'anything.idx4-ubyte')}`])
      expect((await openDataset(source)).train).toMatchObject({ count: 4, channels: 3 });
    expect((await openDataset(`idx:${folder}`, { channels: 1 })).train).toMatchObject({ channels: 1 });
    await expect(openDataset(`idx:${folder}`, { channels: 4 })).rejects.toThrow(
      'expected 1 or 3 for channels of IDX files, received 4: they hold no transparency',
    );
  });

  it('crops, pads and scales train and test alike', async () => {
    const source = `idx:${await four('four')}`;
    const padded = await openDataset(source, { fit: 'pad', multiple: 8 });
    expect(padded.train).toMatchObject({ height: 8, width: 8, channels: 1 });
    expect(await padded.loadTest()).toMatchObject({ height: 8, width: 8, count: 20 });
    const scaled = await openDataset(source, { fit: 'resize', size: { height: 6, width: 2 }, limit: 3 });
    expect(scaled.train).toMatchObject({ height: 6, width: 2, count: 3 });
    expect(new Set(scaled.train.data).size).toBe(3);
    await expect(openDataset(source, { multiple: 8 })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });

  it('reads the test images in loadTest and not before', async () => {
    const folder = await folderOf('broken-test', {
      'train-images-idx3-ubyte': numbered(10),
      't10k-images-idx3-ubyte': numbered(10),
      't10k-labels-idx1-ubyte': labelled(9),
    });
    const dataset = await openDataset(`idx:${folder}`);
    await expect(dataset.loadTest()).rejects.toThrow(/10 images in .*t10k-images.*, but 9 labels in /);
  });
});

describe('openDataset idx: refuses', () => {
  const refused = async (folder: string, code: string) => {
    const outcome = await openDataset(`idx:${folder}`).then(
      () => 'opened',
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({ name: 'ConvaeError', code });
  };

  it('labels that do not match the images', async () => {
    const folder = await folderOf('mismatch', {
      'train-images-idx3-ubyte': numbered(10),
      'train-labels-idx1-ubyte': labelled(11),
    });
    await refused(folder, 'DATA_INVALID');
    await expect(openDataset(`idx:${folder}`)).rejects.toThrow(/10 images in .*, but 11 labels in /);
  });

  it('bad magic, truncated files and trailing bytes', async () => {
    const folder = await folderOf('bytes', { 'train-images-idx3-ubyte': numbered(10) });
    const file = join(folder, 'train-images-idx3-ubyte');
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes, Buffer.from('x')]));
    await refused(folder, 'DATA_INVALID');
    await truncate(file, 100);
    await refused(folder, 'DATA_TRUNCATED');
    await writeFile(file, 'not an IDX file');
    await refused(folder, 'DATA_INVALID');
    await writeFile(file, '');
    await refused(folder, 'DATA_TRUNCATED');
  });

  it('zero images, and one image, which cannot be split', async () => {
    const folder = join(root, 'zero');
    await mkdir(folder);
    await writeFile(
      join(folder, 'train-images-idx3-ubyte'),
      Buffer.from('00000803000000000000000400000004', 'hex'),
    );
    await refused(folder, 'DATA_INVALID');
    await writeIdxImages(join(folder, 'train-images-idx3-ubyte'), numbered(1));
    await expect(openDataset(`idx:${folder}`)).rejects.toThrow('1 images are too few to split');
  });

  it('training and test images of different sizes or channels', async () => {
    const folder = await folderOf('sizes', {
      'train-images.idx': numbered(10),
      'test-images.idx': numbered(3, 6),
    });
    await expect(openDataset(`idx:${folder}`)).rejects.toThrow(/4×4 \(10\), 6×6 \(3\)/);
    expect((await openDataset(`idx:${folder}`, { fit: 'crop' })).train).toMatchObject({ height: 4 });
    await writeIdxImages(join(folder, 'test-images.idx'), numbered(3, 4, 0, 3));
    await expect(openDataset(`idx:${folder}`)).rejects.toThrow(/--channels/);
  });

  it('missing and empty folders, and folders without training images', async () => {
    await refused(join(root, 'nowhere'), 'NOT_FOUND');
    const empty = join(root, 'empty');
    await mkdir(empty);
    await refused(empty, 'NOT_FOUND');
    await expect(openDataset(`idx:${empty}`)).rejects.toThrow(/train-images-idx3-ubyte.*files there: none/);
    await refused(await folderOf('only-labels', { 'train-labels.idx': labelled(3) }), 'NOT_FOUND');
    await refused(await folderOf('only-test', { 'test-images.idx': numbered(3) }), 'NOT_FOUND');
  });
});

describe('findIdxParts', () => {
  it.each([
    [
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
      't10k-images-idx3-ubyte',
      't10k-labels-idx1-ubyte',
    ],
    [
      'train-images.idx3-ubyte',
      'train-labels.idx1-ubyte',
      'test-images.idx3-ubyte',
      'test-labels.idx1-ubyte',
    ],
    ['Train_Images.idx', 'train_labels.idx', 'test_images.idx.gz', 'test_labels.idx.gz'],
    [
      'emnist-letters-train-images-idx3-ubyte.gz',
      'emnist-letters-train-labels-idx1-ubyte.gz',
      'emnist-letters-test-images-idx3-ubyte.gz',
      'emnist-letters-test-labels-idx1-ubyte.gz',
    ],
  ])('knows %s and its companions', async (...names) => {
    const folder = await mkdtemp(join(root, 'names-'));
    for (const name of [...names, 'README.txt']) await writeFile(join(folder, name), '');
    const [images, labels, testImages, testLabels] = names.map((name) => join(folder, name));
    expect(await findIdxParts(folder)).toEqual({
      train: { images, labels },
      test: { images: testImages, labels: testLabels },
    });
  });

  it('prefers a raw file to its gzipped twin, and does not choose between two others', async () => {
    const folder = await mkdtemp(join(root, 'twins-'));
    for (const name of ['train-images.idx', 'train-images.idx.gz']) await writeFile(join(folder, name), '');
    expect(await findIdxParts(folder)).toEqual({ train: { images: join(folder, 'train-images.idx') } });
    await writeFile(join(folder, 'balanced-train-images.idx'), '');
    await expect(findIdxParts(folder)).rejects.toThrow(/two files of train-images/);
  });
});
