import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { exampleResult } from '../result.test.support.js';
import { breakEvens, imagesToBreakEven } from './break-even.js';
import { comparisonMarkdown, methodTable, shortTable } from './markdown.js';
import { cheapest } from './rates.js';

const result = exampleResult();
const byId = (id: string) => result.methods.filter((method) => method.id === id);

describe('cheapest', () => {
  it('takes the smallest measured point that reaches the target, without interpolation', () => {
    expect(cheapest(byId('webp-mosaic'), 24)?.point).toMatchObject({ bytesPerImage: 40, psnr: 24 });
    expect(cheapest(byId('webp-mosaic'), 24.01)?.point).toMatchObject({ bytesPerImage: 64 });
  });

  it('counts a coarsest setting that is already better', () => {
    expect(cheapest(byId('webp-mosaic'), 10)?.point.bytesPerImage).toBe(40);
  });

  it('counts what is lossless at any target, and finds nothing where no setting reaches it', () => {
    expect(cheapest(byId('png-mosaic'), 99)?.point.bytesPerImage).toBe(160);
    expect(cheapest(byId('webp-mosaic'), 30)).toBeUndefined();
  });
});

describe('break-even', () => {
  it.prop(
    [
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0.1, max: 99, noNaN: true }),
      fc.double({ min: 0.1, max: 99, noNaN: true }),
    ],
    { seed: 2 },
  )('is the first number of images at which bundle and bitstream are smaller', (model, own, rival) => {
    const images = imagesToBreakEven(model, own, rival);
    if (own >= rival) {
      expect(images).toBeUndefined();
      return;
    }
    // Up to rounding of the products.
    const slack = 1e-9 * rival * images!;
    expect(model + own * images!).toBeLessThanOrEqual(rival * images! + slack);
    expect(model + own * (images! - 1)).toBeGreaterThanOrEqual(rival * (images! - 1) - slack);
  });

  it('compares with the smallest mosaic at equal or better PSNR, lossless ones included', () => {
    const [coarse, fine] = breakEvens(result).filter(({ method }) => method.id === 'own-context');
    expect(coarse).toMatchObject({ images: 2501 });
    expect(coarse!.rival!.method.id).toBe('webp-mosaic');
    expect(fine!.rival!.method.id).toBe('png-mosaic');
    const [reference] = breakEvens(result).filter(({ method }) => method.family === 'reference');
    expect(reference!.images).toBeUndefined();
  });
});

describe('tables', () => {
  it('show targets down in the short one, methods down in the long one', () => {
    const short = shortTable(result).split('\n');
    expect(short[0]).toBe(
      '| PSNR at least, dB | convae, context prior | best classical codec, one mosaic | PCA, same entropy coder | reference autoencoder |',
    );
    expect(short[2]).toBe('| 20.4 | 8.00 | 40.0 (WebP) | 20.0 | 45.0 |');
    expect(short.at(-1)).toBe('| 28.0 | 30.0 | 64.0 (WebP) | – | – |');
    expect(methodTable(result)).toContain(
      '| PNG, one mosaic | 160.0 | 160.0 | 160.0 | 160.0 | 160.0 | 100 |',
    );
  });

  it('say what was skipped and when a bundle never pays', () => {
    const page = comparisonMarkdown(result);
    expect(page).toContain('- xz, raw pixels as one stream: the program xz is not installed');
    expect(page).toMatch(/\| reference autoencoder.*\| never \|/);
    expect(page).not.toMatch(/undefined|NaN/);
  });
});
