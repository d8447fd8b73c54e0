import type { ImageBatch } from '@convae/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussianWindow, SSIM_C1, SSIM_C2, ssimPerImage, ssimWindowSide } from './ssim.js';

type Pixel = (y: number, x: number, c: number) => number;

function image(height: number, width: number, channels: number, pixel: Pixel): ImageBatch {
  const data = Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    return pixel(y, x, c) % 256;
  });
  return { data, count: 1, height, width, channels };
}

const pattern: Pixel = (y, x, c) => x * x * 3 + y * 7 + c * 31;
const disturbed: Pixel = (y, x, c) => pattern(y, x, c) + ((x * 5 + y * 11) % 64);

/** The definition, written down once more: a two-dimensional window, means first, then central moments. */
function slowSsim(a: ImageBatch, b: ImageBatch): number {
  const { height, width, channels } = a;
  const side = Math.min(11, height - 1 + (height % 2), width - 1 + (width % 2));
  const radius = (side - 1) / 2;
  const at = (batch: ImageBatch, y: number, x: number, c: number): number =>
    batch.data[(y * width + x) * channels + c]! / 255;
  const offsets = Array.from({ length: side * side }, (_, i) => {
    const [dy, dx] = [Math.floor(i / side) - radius, (i % side) - radius];
    return { dy, dx, weight: Math.exp(-(dy * dy + dx * dx) / 4.5) };
  });
  const norm = offsets.reduce((sum, { weight }) => sum + weight, 0);
  const values: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let y = radius; y < height - radius; y++) {
      for (let x = radius; x < width - radius; x++) {
        const weighted = (f: (p: number, q: number) => number): number =>
          offsets.reduce((sum, { dy, dx, weight }) => {
            return sum + (weight / norm) * f(at(a, y + dy, x + dx, c), at(b, y + dy, x + dx, c));
          }, 0);
        const ma = weighted((p) => p);
        const mb = weighted((_, q) => q);
        const va = weighted((p) => (p - ma) ** 2);
        const vb = weighted((_, q) => (q - mb) ** 2);
        const vab = weighted((p, q) => (p - ma) * (q - mb));
        const luminance = (2 * ma * mb + 1e-4) / (ma * ma + mb * mb + 1e-4);
        values.push((luminance * (2 * vab + 9e-4)) / (va + vb + 9e-4));
      }
    }
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const pairs = fc
  .record({
    height: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 20 }),
    channels: fc.constantFrom(1, 3),
  })
  .chain(({ height, width, channels }) => {
    const size = height * width * channels;
    const pixels = fc.uint8Array({ minLength: size, maxLength: size });
    const batch = pixels.map((data): ImageBatch => ({ data, count: 1, height, width, channels }));
    return fc.tuple(batch, batch);
  });

describe('ssimPerImage', () => {
  // scikit-image 0.26.0: structural_similarity(a, b, gaussian_weights=True, sigma=1.5,
  // use_sample_covariance=False, data_range=1.0, channel_axis=2)
  it.each([
    [28, 28, 1, 0.3400967168960402],
    [13, 17, 3, 0.32830829475778006],
    [11, 11, 1, 0.5956662891963987],
  ])('equals scikit-image on %i×%i×%i', (height, width, channels, expected) => {
    const a = image(height, width, channels, pattern);
    const b = image(height, width, channels, disturbed);
    expect(ssimPerImage(a, b)[0]).toBeCloseTo(expected, 12);
  });

  it('equals the slow two-dimensional definition on any pair of images, small ones included', () => {
    const close = ([a, b]: [ImageBatch, ImageBatch]): void => {
      expect(ssimPerImage(a, b)[0]).toBeCloseTo(slowSsim(a, b), 10);
    };
    fc.assert(fc.property(pairs, close), { seed: 11, numRuns: 60 });
  });

  it('is 1 for an image and itself, symmetric, and never above 1', () => {
    const holds = ([a, b]: [ImageBatch, ImageBatch]): void => {
      expect(ssimPerImage(a, a)[0]).toBeCloseTo(1, 10);
      expect(ssimPerImage(a, b)[0]).toBeCloseTo(ssimPerImage(b, a)[0]!, 12);
      expect(Math.abs(ssimPerImage(a, b)[0]!)).toBeLessThanOrEqual(1 + 1e-12);
    };
    fc.assert(fc.property(pairs, holds), { seed: 12, numRuns: 60 });
  });

  it('is the luminance term alone for flat images', () => {
    const black = image(28, 28, 1, () => 0);
    const white = image(28, 28, 1, () => 255);
    expect(ssimPerImage(black, white)[0]).toBeCloseTo(SSIM_C1 / (1 + SSIM_C1), 12);
    expect(ssimPerImage(black, black)[0]).toBe(1);
  });

  it('is negative for an image and its negative', () => {
    const board = image(28, 28, 1, (y, x) => ((x + y) % 2) * 255);
    const negative = image(28, 28, 1, (y, x) => ((x + y + 1) % 2) * 255);
    const limit = -(0.5 - SSIM_C2) / (0.5 + SSIM_C2);
    expect(ssimPerImage(board, negative)[0]).toBeCloseTo(limit, 3);
  });

  it('gives one value per image of a batch', () => {
    const a = image(12, 12, 1, pattern);
    const b = image(12, 12, 1, disturbed);
    const join = (first: ImageBatch, second: ImageBatch): ImageBatch => ({
      ...first,
      count: 2,
      data: Uint8Array.from([...first.data, ...second.data]),
    });
    const both = ssimPerImage(join(a, a), join(a, b));
    expect(both[0]).toBeCloseTo(1, 12);
    expect(both[1]).toBe(ssimPerImage(a, b)[0]);
  });

  it('of RGBA compares what shows over white: alpha alone can differ, and hidden colours cannot', () => {
    const veiled = image(16, 16, 4, (y, x, c) => (c === 3 ? 255 * Number(x > 7) : pattern(y, x, c)));
    const hidden = {
      ...veiled,
      data: veiled.data.map((v, i) => (veiled.data[i | 3] === 0 && i % 4 < 3 ? 255 - v : v)),
    };
    expect(ssimPerImage(veiled, hidden)[0]).toBeCloseTo(1, 12);
    const thin = { ...veiled, data: veiled.data.map((v, i) => (i % 4 === 3 ? v / 2 : v)) };
    expect(ssimPerImage(veiled, thin)[0]).toBeLessThan(0.95);
  });

  it('refuses batches of different shapes', () => {
    const compare = (): unknown => ssimPerImage(image(12, 12, 1, pattern), image(12, 13, 1, pattern));
    expect(compare).toThrow('expected 1 images of 12×12×1 for reconstructions, received 1 images of 12×13×1');
  });
});

describe('the SSIM window', () => {
  it('is 11 pixels, or the largest odd side that fits', () => {
    expect([ssimWindowSide(28, 28), ssimWindowSide(11, 40), ssimWindowSide(10, 40)]).toEqual([11, 11, 9]);
    expect([ssimWindowSide(40, 2), ssimWindowSide(1, 1)]).toEqual([1, 1]);
  });

  it('is symmetric and sums to 1', () => {
    for (const side of [1, 3, 9, 11]) {
      const taps = gaussianWindow(side);
      expect(taps.reduce((sum, tap) => sum + tap, 0)).toBeCloseTo(1, 14);
      expect([...taps].reverse()).toEqual([...taps]);
    }
  });
});
