import { describe, expect, it } from 'vitest';
import { type ImageBatch, toFloatImages, toUint8Images } from './image.js';
import { joinBatches } from './join-batches.js';
import { noiseImages } from './testing/expectations.js';
import { fillTransparent } from './transparency.js';

type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

function rgba(height: number, width: number, pixel: (y: number, x: number) => Pixel): ImageBatch {
  const pixels = Array.from({ length: height * width }, (_, i) => pixel(Math.floor(i / width), i % width));
  return { data: Uint8Array.from(pixels.flat()), count: 1, height, width, channels: 4 };
}

const filled = (image: ImageBatch): ImageBatch => toUint8Images(fillTransparent(toFloatImages(image)));

const pixelAt = ({ data }: ImageBatch, i: number): number[] => Array.from(data.subarray(4 * i, 4 * i + 4));

describe('fillTransparent', () => {
  it('leaves visible pixels and alpha as they are', () => {
    const image = noiseImages(3, 13, 7, 4);
    for (let i = 3; i < image.data.length; i += 8) image.data[i] = 0;
    const output = filled(image);
    for (let i = 0; i < 3 * 13 * 7; i++) {
      const [before, after] = [pixelAt(image, i), pixelAt(output, i)];
      expect(after[3]).toBe(before[3]);
      if (before[3] !== 0) expect(after).toEqual(before);
    }
  });

  it('continues the visible colour where there is one only, whatever the hidden colours are', () => {
    const image = rgba(9, 14, (y, x) => (y === 4 && x > 8 ? [40, 90, 200, 130] : [255, (7 * x) % 256, y, 0]));
    const output = filled(image);
    for (let i = 0; i < 9 * 14; i++) expect(pixelAt(output, i).slice(0, 3)).toEqual([40, 90, 200]);
  });

  it('goes over smoothly between two colours', () => {
    const image = rgba(1, 32, (_, x) =>
      x === 0 ? [0, 0, 0, 255] : x === 31 ? [255, 0, 0, 255] : [9, 9, 9, 0],
    );
    const { data } = filled(image);
    const reds = Array.from({ length: 32 }, (_, x) => data[4 * x]!);
    const steps = reds.slice(1).map((red, x) => red - reds[x]!);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...steps)).toBeLessThan(96);
  });

  it('treats the images of a batch apart, and one without a visible pixel as black', () => {
    const red = rgba(2, 3, (y, x) => [255, 0, 0, y + x === 0 ? 255 : 0]);
    const nothing = rgba(2, 3, () => [9, 8, 7, 0]);
    const green = rgba(2, 3, (y, x) => [0, 255, 0, y * x > 0 ? 3 : 0]);
    const output = filled(joinBatches([red, nothing, green]));
    const colours = Array.from({ length: 18 }, (_, i) => pixelAt(output, i).slice(0, 3).join());
    expect(colours).toEqual([
      ...Array(6).fill('255,0,0'),
      ...Array(6).fill('0,0,0'),
      ...Array(6).fill('0,255,0'),
    ]);
  });

  it('does not change what it was given, and copies nothing where nothing is transparent', () => {
    const image = toFloatImages(rgba(2, 2, (y, x) => [90, 90, 90, y * x * 255]));
    const before = image.data.slice();
    expect(fillTransparent(image)).not.toBe(image);
    expect(image.data).toEqual(before);
    const opaque = toFloatImages(rgba(2, 2, () => [1, 2, 3, 4]));
    expect(fillTransparent(opaque)).toBe(opaque);
    const colour = toFloatImages(noiseImages(1, 8, 8, 3));
    expect(fillTransparent(colour)).toBe(colour);
  });
});
