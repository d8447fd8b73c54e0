import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { exampleResult } from '../result.test.support.js';
import { breakEvens, imagesToBreakEven } from './break-even.js';
import { comparisonMarkdown, methodTable, shortTable } from './markdown.js';
import { cheapest } from './rates.js';

const result = exampleResult();
const byId = (id: string) => result.methods.filter((method) => method.id === id);

describe('cheapest', () => {
  it('interpolates between measured settings in the logarithm of the bytes', () => {
    expect(cheapest(byId('webp-mosaic'), 24)?.bytes).toBeCloseTo(40, 9);
    expect(cheapest(byId('webp-mosaic'), 26)?.bytes).toBeCloseTo(Math.sqrt(40 * 64), 9);
  });

  it('counts a coarsest setting that is already better', () => {
    expect(cheapest(byId('webp-mosaic'), 10)?.bytes).toBe(40);
  });

  it('counts what is lossless at any target, and finds nothing where no setting reaches it', () => {
    expect(cheapest(byId('png-mosaic'), 99)?.bytes).toBe(160);
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

  it('compares containers with mosaics and streams with files, at equal PSNR, lossless ones included', () => {
    const of = (id: string) => breakEvens(result).filter(({ method }) => method.id === id);
    const [coarse, fine] = of('own-context');
    expect(coarse).toMatchObject({ images: 2501 });
    expect(coarse!.rival!.method.id).toBe('webp-mosaic');
    expect(fine!.rival!.method.id).toBe('png-mosaic');
    const [alone] = of('own-context-single');
    expect(alone!.rival!.method.id).toBe('webp-file');
    // Up to interpolation: 80 · 2^(1/6) bytes at 23 dB.
    expect(alone!.images).toBe(Math.floor(80_000 / (80 * 2 ** (1 / 6) - 10)) + 1);
    const [reference] = breakEvens(result).filter(({ method }) => method.family === 'reference');
    expect(reference!.images).toBeUndefined();
  });
});

describe('tables', () => {
  it('show PSNRs down and kinds of methods across in the short one, then BD-rates', () => {
    const short = shortTable(result, 'together').split('\n');
    expect(short[0]).toBe(
      '| PSNR | convae, context prior | WebP | PCA, same entropy coder | reference autoencoder |',
    );
    expect(short[2]).toBe('| 20.4 dB | 8.00 | 40.0 | 20.0 | 45.0 |');
    expect(short.at(-2)).toBe('| 28.0 dB | 24.1 | 64.0 | – | – |');
    // Over 24 to 28 dB, where both are straight lines in the logarithm.
    const logs = Math.log(8 / 40) + (3 / 6) * Math.log(30 / 8) - 0.5 * Math.log(64 / 40);
    const percent = (-100 * Math.expm1(logs)).toFixed(1);
    expect(short.at(-1)).toBe(`| BD-rate of own, context prior |  | −${percent} % | – | – |`);
    expect(shortTable(result, 'single').split('\n')[0]).toBe('| PSNR | convae, context prior | WebP |');
  });

  it('show methods down in the long one', () => {
    expect(methodTable(result)).toContain('| PNG, one mosaic | 160.0 | 160.0 | 160.0 | 160.0 | 160.0 |');
  });

  it('take BD-rates over a range where one is given, and tell it', () => {
    const page = comparisonMarkdown({ ...result, bdRange: [25, 27] });
    expect(page).toContain('% (25.0 to 27.0 dB)');
    expect(comparisonMarkdown(result)).toContain('% (24.0 to 28.0 dB)');
    expect(comparisonMarkdown(result)).toContain('– (less than 0.25 dB in common)');
  });

  it('say what was skipped, when a bundle never pays, and how many images were measured', () => {
    const page = comparisonMarkdown(result);
    expect(page).toContain('- xz, raw pixels as one stream: the program xz is not installed');
    expect(page).toMatch(/\| reference autoencoder.*\| never \|/);
    expect(page).toContain('A seeded sample was measured: 50 one by one, 100 together.');
    expect(page).not.toMatch(/undefined|NaN/);
  });

  it('tell kB and bits per pixel of pictures that have many sizes, and no mosaics', () => {
    const { samples, dataset, ...rest } = result;
    const methods = rest.methods.filter(({ use }) => use === 'single');
    const manySizes = { ...dataset, manySizes: true };
    const page = comparisonMarkdown({
      ...rest,
      methods,
      dataset: manySizes,
      samples: { single: samples.single },
    });
    // 160 bytes, of 64 pixels each.
    expect(page).toContain('0.2 kB, 20.000 bpp');
    expect(page).toContain('each of its own size');
    expect(page).not.toContain('All images in one');
  });
});
