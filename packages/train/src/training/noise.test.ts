import { describe, expect, it } from 'vitest';
import { createRandom } from '../dataset/random.js';
import { addNoise, type NoiseSettings } from './noise.js';
import { checkSameRun, parseRecipe } from './recipe.js';

const COUNT = 40;
const SIZE = 400;
const place = { seed: 3, epoch: 2, batch: 5, count: COUNT };
const grey = new Float32Array(COUNT * SIZE).fill(0.5);
const settings = (noise: number, more: Partial<NoiseSettings> = {}): NoiseSettings => ({
  noise,
  noiseFrom: null,
  noiseKind: 'gaussian',
  ...more,
});

/** Root mean square of what was added to each image. */
function levels(noisy: Float32Array): number[] {
  return Array.from({ length: COUNT }, (_, n) => {
    const part = noisy.subarray(n * SIZE, (n + 1) * SIZE);
    return Math.sqrt(part.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / SIZE);
  });
}

describe('addNoise', () => {
  it('leaves the pixels alone at level 0', () => {
    expect(addNoise(grey, settings(0), place)).toBe(grey);
  });

  it('of a Gaussian level is the stream that runs have always had, clipped', () => {
    const random = createRandom(3, 0x4e, 2, 5);
    const expected = random
      .fillNormal(new Float32Array(grey.length), 0.3)
      .map((value) => Math.min(Math.max(value + 0.5, 0), 1));
    expect(addNoise(grey, settings(0.3), place)).toEqual(expected);
  });

  it('depends on seed, epoch and batch alone', () => {
    const noisy = addNoise(grey, settings(0.2), place);
    expect(addNoise(grey, settings(0.2), { ...place })).toEqual(noisy);
    for (const other of [{ seed: 4 }, { epoch: 3 }, { batch: 6 }])
      expect(addNoise(grey, settings(0.2), { ...place, ...other })).not.toEqual(noisy);
  });

  it('of a range gives every image a level of its own, spread over the range', () => {
    const found = levels(addNoise(grey, settings(0.15, { noiseFrom: 0.05 }), place));
    expect(Math.min(...found)).toBeGreaterThan(0.042);
    expect(Math.max(...found)).toBeLessThan(0.17);
    expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(0.07);
  });

  it('of salt and pepper replaces the share that was asked for, half by 0 and half by 1', () => {
    const noisy = addNoise(grey, settings(0.4, { noiseKind: 'salt-and-pepper' }), place);
    const share = (wanted: number): number => noisy.filter((value) => value === wanted).length / noisy.length;
    expect(share(0)).toBeCloseTo(0.2, 1);
    expect(share(1)).toBeCloseTo(0.2, 1);
    expect(share(0) + share(0.5) + share(1)).toBeCloseTo(1, 10);
  });
});

describe('the noise of a recipe', () => {
  it.each([
    [{ noise: 0.2, noiseFrom: 0.5 }, /noiseFrom.*received 0.5/],
    [{ noise: 1.5, noiseKind: 'salt-and-pepper' }, /noise.*received 1.5/],
    [{ noise: 0.2, noiseKind: 'pink' }, /noiseKind.*received "pink"/],
  ])('%o is refused', (input, message) => {
    expect(() => parseRecipe(input)).toThrow(RangeError);
    expect(() => parseRecipe(input)).toThrow(message);
  });

  it('may not change on resume; runs from before ranges and kinds go on', () => {
    const started = { noise: 0.5 };
    const wanted = { noise: 0.5, noiseFrom: null, noiseKind: 'gaussian' };
    expect(() => checkSameRun(started, wanted, 'd')).not.toThrow();
    expect(() => checkSameRun(started, { ...wanted, noiseFrom: 0.1 }, 'd')).toThrow(/noiseFrom/);
    expect(() => checkSameRun(started, { ...wanted, noiseKind: 'salt-and-pepper' }, 'd')).toThrow(
      /noiseKind/,
    );
  });
});
