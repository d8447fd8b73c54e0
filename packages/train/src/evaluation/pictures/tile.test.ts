import { describe, expect, it } from 'vitest';
import { tileOf } from './tile.js';

describe('a tile of an RGBA image', () => {
  const size = { count: 2, height: 8, width: 8, channels: 4 };
  const pixel = (i: number): number => (i < 8 * 8 * 4 ? 0 : [10, 20, 30, 255][i % 4]!);
  const images = { ...size, data: Uint8Array.from({ length: 2 * 8 * 8 * 4 }, (_, i) => pixel(i)) };

  it('shows a checkerboard where the image is transparent', () => {
    const { data, channels } = tileOf(images, 0);
    expect(channels).toBe(3);
    expect(new Set(data)).toEqual(new Set([216, 255]));
    expect([data[0], data[3 * 4]]).toEqual([255, 216]);
  });

  it('shows the colours where it is opaque', () => {
    expect([...tileOf(images, 1).data.subarray(0, 3)]).toEqual([10, 20, 30]);
  });

  it('refuses other channels', () => {
    const two = { ...size, channels: 2, data: new Uint8Array(2 * 8 * 8 * 2) };
    expect(() => tileOf(two, 0)).toThrow('expected 1, 3 or 4 for channels, received 2');
  });
});
