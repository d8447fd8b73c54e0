import { describe, expect, it } from 'vitest';
import { cropOrPad, fitImages } from './fit.js';

const grid = (height: number, width: number, channels = 1) => ({
  data: Uint8Array.from({ length: height * width * channels }, (_, i) => i),
  count: 1,
  height,
  width,
  channels,
});

describe('cropOrPad', () => {
  it('cuts out the centre', () => {
    const out = new Uint8Array(4);
    cropOrPad(grid(4, 4).data, { height: 4, width: 4 }, out, { height: 2, width: 2 }, 1);
    expect([...out]).toEqual([5, 6, 9, 10]);
    cropOrPad(grid(3, 3).data, { height: 3, width: 3 }, out, { height: 2, width: 2 }, 1);
    expect([...out]).toEqual([0, 1, 3, 4]);
  });

  it('repeats the edge pixels on all sides, all channels of them', () => {
    const out = new Uint8Array(16);
    cropOrPad(Uint8Array.of(1, 2, 3, 4), { height: 2, width: 2 }, out, { height: 4, width: 4 }, 1);
    expect([...out]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
    const rgb = new Uint8Array(9);
    cropOrPad(Uint8Array.of(7, 8, 9), { height: 1, width: 1 }, rgb, { height: 1, width: 3 }, 3);
    expect([...rgb]).toEqual([7, 8, 9, 7, 8, 9, 7, 8, 9]);
  });
});

describe('fitImages', () => {
  it('returns the same images where nothing is to be changed', async () => {
    const images = grid(4, 4);
    expect(await fitImages(images, { height: 4, width: 4, channels: 1, fit: undefined })).toBe(images);
  });

  it('turns grey into RGB and back without a change', async () => {
    const grey = { ...grid(16, 16), count: 4, height: 8, width: 8 };
    const rgb = await fitImages(grey, { height: 8, width: 8, channels: 3, fit: undefined });
    expect([...rgb.data.subarray(0, 6)]).toEqual([0, 0, 0, 1, 1, 1]);
    const back = await fitImages(rgb, { height: 8, width: 8, channels: 1, fit: undefined });
    expect(back).toEqual(grey);
  });

  it('makes grey of colours by their luminance', async () => {
    const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
    const images = { data: colours, count: 4, height: 1, width: 1, channels: 3 };
    const [red, green, blue, white] = (
      await fitImages(images, { height: 1, width: 1, channels: 1, fit: undefined })
    ).data as unknown as [number, number, number, number];
    expect(white).toBe(255);
    expect(green).toBeGreaterThan(red);
    expect(red).toBeGreaterThan(blue);
    expect(blue).toBeGreaterThan(0);
  });

  it.each([1, 3])('scales %i channels until the size is covered and cuts the overhang', async (channels) => {
    // Left half black, right half white, twice as wide as high: the centre keeps the border in its middle.
    const height = 16;
    const width = 32;
    const data = Uint8Array.from({ length: height * width * channels }, (_, i) =>
      Math.floor(i / channels) % width < width / 2 ? 0 : 255,
    );
    const images = { data: Buffer.concat([data, data]), count: 2, height, width, channels };
    const out = await fitImages(images, { height: 8, width: 8, channels, fit: 'resize' });
    expect(out).toMatchObject({ count: 2, height: 8, width: 8, channels });
    const row = [...out.data.subarray(0, 8 * channels)];
    // Lanczos-3 overshoots by a step or two.
    for (const value of row.slice(0, 2)) expect(value).toBeLessThan(4);
    for (const value of row.slice(-2)) expect(value).toBeGreaterThan(251);
    expect(out.data.subarray(8 * 8 * channels)).toEqual(out.data.subarray(0, 8 * 8 * channels));
  });

  it('crops and pads every image of a batch by itself', async () => {
    const images = { ...grid(4, 4), data: Uint8Array.from({ length: 32 }, (_, i) => i), count: 2 };
    const cropped = await fitImages(images, { height: 2, width: 2, channels: 1, fit: 'crop' });
    expect([...cropped.data]).toEqual([5, 6, 9, 10, 21, 22, 25, 26]);
  });

  it('refuses more than MAX_TOTAL_BYTES before allocating', async () => {
    const huge = { height: 16384, width: 16384, channels: 3, fit: 'pad' as const };
    await expect(fitImages({ ...grid(1, 1), count: 1000 }, huge)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });
});
