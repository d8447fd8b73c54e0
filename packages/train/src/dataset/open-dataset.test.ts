import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDataset } from './open-dataset.js';
import type { OpenDatasetOptions } from './options.js';

describe('openDataset', () => {
  it.each(['', 'MNIST', 'mnist:x', 'cifar', 'idx', 'idx:', 'images:', 'http://example.org', 'folder'])(
    'refuses the source %j and lists what is supported',
    async (source) => {
      await expect(openDataset(source)).rejects.toThrow(RangeError);
      await expect(openDataset(source)).rejects.toThrow(
        `expected mnist, idx:DIR (or idx:FILE) or images:DIR for source, received "${source}"`,
      );
    },
  );

  it('refuses a source that is no string', async () => {
    await expect(openDataset(undefined as unknown as string)).rejects.toThrow(TypeError);
  });

  it.each<[string, unknown, string, typeof TypeError | typeof RangeError]>([
    ['seed', -1, 'expected an integer in 0..9007199254740991 for seed, received -1', RangeError],
    ['seed', '1', 'for seed, received "1"', TypeError],
    [
      'validation',
      -1,
      'expected a count of images, or a fraction below 1, for validation, received -1',
      RangeError,
    ],
    ['validation', 1.5, 'for validation, received 1.5', RangeError],
    ['validation', Number.NaN, 'for validation, received NaN', RangeError],
    ['validation', 'all', 'for validation, received "all"', TypeError],
    [
      'validation',
      60000,
      'expected at most 59999 images for validation (of 60000), received 60000',
      RangeError,
    ],
    ['limit', 0, 'for limit, received 0', RangeError],
    ['limit', 2.5, 'for limit, received 2.5', RangeError],
    ['size', 28, 'expected { height, width } for size, received 28', TypeError],
    ['size', { height: 28 }, 'for size.width, received undefined', TypeError],
    ['size', { height: 0, width: 1 }, 'for size.height, received 0', RangeError],
    ['size', { height: 1, width: 99999 }, 'for size.width, received 99999', RangeError],
    ['channels', 2, 'expected 1, 3, 4 for channels, received 2', RangeError],
    ['fit', 'stretch', 'expected "crop", "pad", "resize" for fit, received "stretch"', RangeError],
    ['multiple', 0, 'for multiple, received 0', RangeError],
    ['onProgress', 1, 'expected a function for onProgress, received 1', TypeError],
  ])('refuses the option %s = %j', async (name, value, message, kind) => {
    const open = openDataset('mnist', { [name]: value } as OpenDatasetOptions);
    await expect(open).rejects.toThrow(message);
    await expect(open).rejects.toBeInstanceOf(kind);
  });

  it('refuses options that are no object', async () => {
    await expect(openDataset('mnist', null as unknown as OpenDatasetOptions)).rejects.toThrow(TypeError);
  });
});

describe('mnist', () => {
  it('is 59,000 images to train on, 1,000 to validate, 10,000 to test, with labels', async () => {
    const { train, validation, loadTest, ...rest } = await openDataset('mnist');
    expect(rest).toEqual({ name: 'mnist', source: 'mnist', testIsValidation: false });
    expect(train).toMatchObject({ count: 59000, height: 28, width: 28, channels: 1 });
    expect(validation).toMatchObject({ count: 1000, height: 28, width: 28, channels: 1 });
    expect([train.data.length, train.labels!.length]).toEqual([59000 * 784, 59000]);
    // The counts of MNIST's training digits, from 0 to 9, over both parts.
    const counts = new Array<number>(10).fill(0);
    for (const label of [...train.labels!, ...validation.labels!]) counts[label]!++;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    const test = await loadTest();
    expect(test).toMatchObject({ count: 10000, height: 28, width: 28, channels: 1 });
    expect([...test.labels!.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });

  it('has the same validation images in every release, so that results compare', async () => {
    const { validation } = await openDataset('mnist', { limit: 1 });
    const digest = createHash('sha256').update(validation.data).digest('hex');
    expect(digest).toBe('95af53a93079d20367d920f7a897405441c670c8009035617db68f3b92481569');
  });

  it('keeps validation and test apart from a limited training', async () => {
    const { train, validation, loadTest } = await openDataset('mnist', { limit: 50, validation: 100 });
    expect([train.count, validation.count, (await loadTest()).count]).toEqual([50, 100, 50]);
  });
});
