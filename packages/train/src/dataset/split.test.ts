import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSample, planSplit, selectImages, validationCount } from './split.js';

const SEED = { seed: 20262, numRuns: 200 };
const counts = fc
  .tuple(fc.nat({ max: 100 }), fc.nat({ max: 40 }), fc.nat({ max: 40 }), fc.nat())
  .map(([train, validation, test, seed]) => ({ total: train + validation + test, validation, test, seed }));

describe('planSplit', () => {
  it('puts every image into exactly one part, each part ascending', () => {
    fc.assert(
      fc.property(counts, ({ total, ...options }) => {
        const { train, validation, test } = planSplit(total, options);
        expect([validation.length, test.length]).toEqual([options.validation, options.test]);
        const all = [...train, ...validation, ...test].sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: total }, (_, i) => i));
        for (const part of [train, validation, test]) expect(part).toEqual(part.slice().sort());
      }),
      SEED,
    );
  });

  it('is the same every time, and another for another seed', () => {
    fc.assert(
      fc.property(counts, ({ total, ...options }) => {
        expect(planSplit(total, options)).toEqual(planSplit(total, options));
      }),
      SEED,
    );
    const options = { validation: 20, test: 10 };
    expect(planSplit(100, { ...options, seed: 1 })).not.toEqual(planSplit(100, { ...options, seed: 2 }));
  });

  it('limit shortens train and test and leaves validation as it is', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 50 }), ({ total, ...options }, limit) => {
        const whole = planSplit(total, options);
        const part = planSplit(total, { ...options, limit });
        expect(part.validation).toEqual(whole.validation);
        expect(part.train.length).toBe(Math.min(limit, whole.train.length));
        expect(part.test.length).toBe(Math.min(limit, whole.test.length));
        expect([...part.train].every((index) => whole.train.includes(index))).toBe(true);
        expect([...part.test].every((index) => whole.test.includes(index))).toBe(true);
      }),
      SEED,
    );
  });

  it('planSample without a limit is all images in order', () => {
    expect([...planSample(5)]).toEqual([0, 1, 2, 3, 4]);
    expect(planSample(100, 10)).toHaveLength(10);
  });
});

describe('validationCount', () => {
  it('is a tenth, at most 1,000, where nothing is asked for', () => {
    expect(validationCount(undefined, 60000)).toBe(1000);
    expect(validationCount(undefined, 500)).toBe(50);
    expect(validationCount(undefined, 2)).toBe(1);
  });

  it('takes counts and fractions', () => {
    expect(validationCount(7, 100)).toBe(7);
    expect(validationCount(0.25, 100)).toBe(25);
    expect(validationCount(0.001, 100)).toBe(1);
    expect(validationCount(0, 100)).toBe(0);
  });

  it('leaves at least one image to train on', () => {
    expect(() => validationCount(100, 100)).toThrow(
      'expected at most 99 images for validation (of 100), received 100',
    );
    expect(() => validationCount(0.999, 10)).toThrow(RangeError);
    expect(() => validationCount(90, 100, 10)).toThrow(/at most 89/);
    expect(() => validationCount(undefined, 1)).toThrow('1 images are too few to split');
  });
});

describe('selectImages', () => {
  it('takes pixels and labels of the same images', () => {
    const data = Uint8Array.from({ length: 12 }, (_, i) => i);
    const images = { data, count: 3, height: 2, width: 2, channels: 1, labels: Uint8Array.of(7, 8, 9) };
    expect(selectImages(images, Uint32Array.of(2, 0))).toEqual({
      ...images,
      count: 2,
      data: Uint8Array.of(8, 9, 10, 11, 0, 1, 2, 3),
      labels: Uint8Array.of(9, 7),
    });
    expect(selectImages(images, Uint32Array.of(0, 1, 2))).toBe(images);
  });
});
