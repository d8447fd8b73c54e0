import { describe, expect, it } from 'vitest';
import { flipSome } from './flips.js';

const shape = { height: 2, width: 3, channels: 2 };
const COUNT = 400;
/** Two rows of three pixels of two channels, over and over. */
const IMAGE = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121];
const FLIPPED = [20, 21, 10, 11, 0, 1, 120, 121, 110, 111, 100, 101];

function flipped(place: { seed: number; epoch: number; batch: number }): boolean[] {
  const images = Float32Array.from({ length: COUNT * 12 }, (_, i) => IMAGE[i % 12]!);
  flipSome(images, shape, { ...place, count: COUNT });
  return Array.from({ length: COUNT }, (_, n) => {
    const image = [...images.subarray(n * 12, (n + 1) * 12)];
    expect(image).toEqual(image[0] === 0 ? IMAGE : FLIPPED);
    return image[0] !== 0;
  });
}

describe('flipping some images of a batch', () => {
  it('swaps left and right of about half of them, pixels whole', () => {
    const share = flipped({ seed: 1, epoch: 1, batch: 0 }).filter(Boolean).length / COUNT;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  it('chooses by seed, epoch and batch', () => {
    const one = flipped({ seed: 1, epoch: 1, batch: 0 });
    expect(flipped({ seed: 1, epoch: 1, batch: 0 })).toEqual(one);
    for (const other of [
      { seed: 2, epoch: 1, batch: 0 },
      { seed: 1, epoch: 2, batch: 0 },
      { seed: 1, epoch: 1, batch: 1 },
    ])
      expect(flipped(other)).not.toEqual(one);
  });
});
