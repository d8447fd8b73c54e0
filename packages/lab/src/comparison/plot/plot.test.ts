import { plotSvg } from '@convae/train/kit';
import { describe, expect, it } from 'vitest';
import { exampleResult } from '../result.test.support.js';
import { placeLabels } from './labels.js';
import { comparisonPlot } from './plot.js';
import { seriesOf } from './series.js';

const room = { lines: [], width: 300, height: 200, lineHeight: 14 };

describe('placeLabels', () => {
  it('stands right of the end where nothing is in the way', () => {
    expect(placeLabels([{ end: { x: 100, y: 50 }, width: 60 }], room)).toEqual([{ x: 107, y: 50 }]);
  });

  it('keeps names of lines that end together apart', () => {
    const end = { x: 300, y: 100 };
    const places = placeLabels(
      Array.from({ length: 5 }, () => ({ end, width: 60 })),
      room,
    );
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) {
        const apart = Math.abs(a.x - b.x) >= 60 || Math.abs(a.y - b.y) >= 14;
        expect(apart, `${a.x},${a.y} and ${b.x},${b.y}`).toBe(true);
      }
    }
  });

  it('moves off a line', () => {
    const lines = Array.from({ length: 100 }, (_, i) => ({ x: 100 + 2 * i, y: 50 }));
    const [place] = placeLabels([{ end: { x: 100, y: 50 }, width: 60 }], { ...room, lines });
    expect(Math.abs(place!.y - 50)).toBeGreaterThanOrEqual(7);
  });
});

describe('seriesOf', () => {
  it('leaves lossless methods out, and settings that are beaten', () => {
    const result = exampleResult();
    const webp = result.methods.find(({ id }) => id === 'webp-mosaic')!;
    webp.points.push({ ...webp.points[0]!, setting: 'worse', bytesPerImage: 50, psnr: 23 });
    const series = seriesOf(result, 'together');
    expect(series.map(({ id }) => id)).toEqual(['own-context', 'reference-factorized', 'pca', 'webp-mosaic']);
    expect(series.at(-1)!.points).toEqual([
      { psnr: 24, rate: 40 },
      { psnr: 28, rate: 64 },
    ]);
  });

  it('tells bits per pixel where pictures have many sizes', () => {
    const result = exampleResult();
    const photos = { ...result, dataset: { ...result.dataset, manySizes: true } };
    // 50 images of 3,200 pixels together.
    expect(seriesOf(photos, 'single').at(-1)!.points).toEqual([
      { psnr: 22, rate: 10 },
      { psnr: 28, rate: 20 },
    ]);
  });
});

describe('comparisonPlot', () => {
  const size = { width: 600, height: 400 };

  it('draws a panel for each use, in it a line and a name for each lossy method', async () => {
    const svg = await plotSvg(comparisonPlot(exampleResult(), size));
    expect(svg).toContain('All images in one: a mosaic, a container, 100 images');
    expect(svg).toContain('One file or stream for each image, 50 images');
    expect(svg.match(/>WebP</g)).toHaveLength(2);
    expect(svg.match(/>own context</g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).toContain('bytes per image');
  });

  it('draws photos, which have no mosaics, in bits per pixel', async () => {
    const { samples, dataset, ...rest } = exampleResult();
    const photos = { ...rest, dataset: { ...dataset, manySizes: true }, samples: { single: samples.single } };
    const svg = await plotSvg(comparisonPlot(photos, size));
    expect(svg).toContain('bits per pixel');
    expect(svg).not.toContain('All images in one');
  });

  it('draws a single point of a single method', async () => {
    const result = exampleResult();
    const one = { ...result, methods: result.methods.slice(1, 2) };
    expect(await plotSvg(comparisonPlot(one, size))).not.toMatch(/NaN|Infinity/);
  });
});
