import { describe, expect, it } from 'vitest';
import { SAMPLE_LIMITS, takeSamples, usesOf } from './samples.js';

const images = (count: number, side = 1) => ({
  data: Uint8Array.from({ length: count * side * side }, (_, i) => i),
  ...{ count, height: side, width: side, channels: 1 },
});

const datasetOf = (count: number, side?: number) => {
  const train = images(1, side);
  const loadTest = async () => images(count, side);
  return { name: 'a', source: 'idx:a', train, validation: train, loadTest, testIsValidation: false };
};

describe('takeSamples', () => {
  it('takes a seeded sample of each use, the same every time', async () => {
    const samples = await takeSamples(datasetOf(3000), false);
    const limits = [SAMPLE_LIMITS.single.images, SAMPLE_LIMITS.together.images];
    expect([samples.facts.single.images, samples.facts.together!.images]).toEqual(limits);
    expect(samples.pictures.count).toBe(limits[0]);
    expect(samples.images).toBe(3000);
    expect((await takeSamples(datasetOf(3000), false)).facts).toEqual(samples.facts);
    expect(usesOf(samples)).toEqual(['single', 'together']);
  });

  it('takes fewer where they are large', async () => {
    const { facts } = await takeSamples(datasetOf(6, 1024), false);
    expect(facts.single).toMatchObject({ images: 4, pixels: 4 << 20 });
  });

  it('takes all where it is told to', async () => {
    const { facts } = await takeSamples(datasetOf(3000), true);
    expect([facts.single.images, facts.together!.images]).toEqual([3000, 3000]);
    expect(facts.single.sha256).toBe(facts.together!.sha256);
  });

  it('reads a sample of pictures, with their names, of any size', async () => {
    const sizes = Array.from({ length: 700 }, (_, i) => images(1, (i % 3) + 1));
    const names = sizes.map((_, i) => `${i}.png`);
    const testPictures = async () => ({ count: 700, names, read: async (i: number) => sizes[i]! });
    const samples = await takeSamples({ ...datasetOf(1), testPictures }, false);
    expect(samples.facts.together).toBeUndefined();
    expect(samples.facts.single.images).toBe(SAMPLE_LIMITS.single.images);
    expect(usesOf(samples)).toEqual(['single']);
    const number = names.indexOf(samples.pictures.names[7]!);
    expect(await samples.pictures.read(7)).toBe(sizes[number]);
  });

  it('refuses a data set without test images', async () => {
    await expect(takeSamples(datasetOf(0), false)).rejects.toThrow('at least 1 image for test');
  });
});
