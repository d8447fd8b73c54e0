import { describe, expect, it } from 'vitest';
import type { FloatImageBatch } from '../../image.js';
import { Windows } from './windows.js';

const zeros = (channels: number, height: number, width: number): FloatImageBatch => ({
  data: new Float32Array(2 * channels * height * width),
  count: 2,
  channels,
  height,
  width,
});

describe('the windows around the places of a latent', () => {
  // Latent 2×3 of 8×12 pixels, of which the last row and column are padding.
  const originals = zeros(1, 7, 11);
  const windows = new Windows(originals, { channels: 1, height: 2, width: 3 }, { height: 8, width: 12 });
  const ones = originals.data.map(() => 1);

  it('hold the place’s own pixels and half as many on each side, within the image', () => {
    const areas = [0, 1, 2, 3, 4, 5].map((place) => windows.errorAround(ones, 1, place));
    expect(areas).toEqual([6 * 6, 6 * 8, 6 * 5, 5 * 6, 5 * 8, 5 * 5]);
    expect(windows.errorOf(ones, 0)).toBe(77);
  });

  it('copy those pixels alone', () => {
    const copy = originals.data.slice();
    windows.copyAround(ones, copy, 1, 5);
    expect(copy.reduce((sum, value) => sum + value, 0)).toBe(25);
    expect(windows.errorAround(copy, 1, 5)).toBe(25);
    expect(windows.errorOf(copy, 0)).toBe(0);
  });

  it('weigh the colours of RGBA images by their alpha, as the loss does', () => {
    const image = zeros(4, 2, 2);
    // The second image: alpha 0.5 in its first pixel, 0 elsewhere.
    image.data[28] = 0.5;
    const own = new Windows(image, { channels: 1, height: 1, width: 1 }, { height: 2, width: 2 });
    const restored = image.data.map((value, i) => (i < 28 ? 1 : value));
    expect(own.errorOf(restored, 1)).toBe(3 * 0.5);
    restored[31] = 1;
    expect(own.errorOf(restored, 1)).toBe(3 * 0.5 + 1);
  });
});
