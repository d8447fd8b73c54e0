import type { ImageBatch } from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { keptPsnr } from './kept-psnr.js';

const SIDE = 16;
/** Many patches: the components of few are not those of the noise. */
const COUNT = 600;

function images(pixel: (x: number, y: number, random: () => number) => number): ImageBatch {
  const random = createRandom(7);
  const next = (): number => random.below(256);
  const plane = SIDE * SIDE;
  const data = Uint8Array.from({ length: COUNT * plane }, (_, i) =>
    pixel(i % SIDE, Math.floor(i / SIDE) % SIDE, next),
  );
  return { data, count: COUNT, height: SIDE, width: SIDE, channels: 1 };
}

describe('the PSNR that a linear transform keeps', () => {
  it('is that of the components beyond the latents: of noise, their share of its variance', () => {
    // Uniform noise in 0..255: variance 1/12 of the squared range.
    const noise = images((_x, _y, next) => next());
    const share = (lost: number): number => -10 * Math.log10(lost / 12);
    expect(keptPsnr(noise, 'patch-4')).toBeGreaterThan(share(6 / 16));
    expect(keptPsnr(noise, 'patch-4')).toBeLessThan(share(4 / 16));
    expect(keptPsnr(noise, 'patch-8')).toBeGreaterThan(share(32 / 64));
    expect(keptPsnr(noise, 'patch-8')).toBeLessThan(keptPsnr(noise, 'patch-4'));
  });

  it('is high where patches repeat few patterns', () => {
    let level = 0;
    const stripes = images((x, y, next) => {
      if (x === 0 && y === 0) level = next();
      return x % 8 < 4 ? level : 255 - level;
    });
    expect(keptPsnr(stripes, 'patch-8')).toBeGreaterThan(60);
  });

  it('is none of presets without a linear transform', () => {
    expect(() =>
      keptPsnr(
        images(() => 0),
        'grid-4',
      ),
    ).toThrow(RangeError);
  });
});
