import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches, epochOrder, gather } from './batches.js';

const SEED = { seed: 20261, numRuns: 100 };

function imagesOf(count: number, size = 4) {
  const data = Uint8Array.from({ length: count * size }, (_, i) => (i * 37) % 256);
  return { data, count, height: size / 2, width: 2, channels: 1 };
}

describe('batches', () => {
  it('hold every image once per epoch, all but the last of them full', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(),
        (count, batch, seed) => {
          const parts = batches({ count }, { batch, seed, epoch: 1 });
          const all = parts.flatMap((part) => [...part]);
          expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          expect(parts.slice(0, -1).every((part) => part.length === batch)).toBe(true);
          expect(parts).toHaveLength(Math.ceil(count / batch));
        },
      ),
      SEED,
    );
  });

  it('depend on seed and epoch alone', () => {
    const order = (seed: number, epoch: number, batch: number) =>
      batches({ count: 100 }, { batch, seed, epoch }).flatMap((part) => [...part]);
    expect(order(1, 2, 7)).toEqual(order(1, 2, 20));
    expect(order(1, 2, 7)).toEqual([...epochOrder(100, { seed: 1, epoch: 2 })]);
    expect(order(1, 2, 7)).not.toEqual(order(1, 3, 7));
    expect(order(1, 2, 7)).not.toEqual(order(2, 2, 7));
    expect(order(1, 2, 7)).not.toEqual(order(2, 1, 7));
  });

  it('keep their order from release to release, so that runs can be resumed', () => {
    expect([...epochOrder(10, { seed: 1, epoch: 1 })]).toEqual([5, 1, 3, 7, 6, 0, 9, 8, 4, 2]);
  });

  it('refuse bad sizes, seeds and epochs', () => {
    expect(() => batches({ count: 3 }, { batch: 0, seed: 0, epoch: 0 })).toThrow(/for batch, received 0/);
    expect(() => batches({ count: 3 }, { batch: 1.5, seed: 0, epoch: 0 })).toThrow(RangeError);
    expect(() => batches({ count: 3 }, { batch: 1, seed: -1, epoch: 0 })).toThrow(/for seed/);
    expect(() => batches({ count: 3 }, { batch: 1, seed: 0, epoch: Number.NaN })).toThrow(/for epoch/);
  });
});

describe('gather', () => {
  it('gives the chosen images as float32 in 0..1, in the order asked for', () => {
    const set = imagesOf(5);
    const floats = gather(set, [3, 0]);
    const bytes = [...set.data.subarray(12, 16), ...set.data.subarray(0, 4)];
    expect(floats).toEqual(Float32Array.from(bytes, (byte) => byte / 255));
  });

  it('writes into a given array, and of a longer one returns the filled part', () => {
    const set = imagesOf(5);
    const out = new Float32Array(12).fill(-1);
    expect(gather(set, [1, 2, 3], out)).toBe(out);
    const part = gather(set, [4], out);
    expect(part.buffer).toBe(out.buffer);
    expect(part).toEqual(gather(set, [4]));
    expect(out.subarray(4)).toEqual(gather(set, [2, 3]));
  });

  it('refuses an array that is too short and images that are not there', () => {
    const set = imagesOf(5);
    expect(() => gather(set, [0, 1], new Float32Array(7))).toThrow(
      'expected at least 8 elements for out, received 7',
    );
    expect(() => gather(set, [5])).toThrow(/for indices\[0\], received 5/);
    expect(() => gather(set, [0, -1])).toThrow(RangeError);
    expect(() => gather(set, [0.5])).toThrow(RangeError);
    expect(() => gather(set, [Number.NaN])).toThrow(RangeError);
  });
});
