import type { TopLevelSpec } from 'vega-lite';
import type { BitstreamMeasure } from '../bitstreams.js';
import { paint } from './palette.js';

/** PSNR against container bytes per image, a point for each quality. */
export function ratePlot(rates: readonly BitstreamMeasure[], width: number, height: number): TopLevelSpec {
  const values = rates.flatMap(({ containerBytesPerImage: bytes, psnr }) =>
    psnr === null ? [] : [{ bytes, psnr }],
  );
  return {
    width,
    height,
    data: { values },
    mark: { type: 'line', point: { filled: true, size: 40 }, strokeWidth: 2, color: paint('first') },
    encoding: {
      x: { field: 'bytes', type: 'quantitative', title: 'bytes per image', scale: { zero: true } },
      y: { field: 'psnr', type: 'quantitative', title: 'PSNR, dB', scale: { zero: false } },
      order: { field: 'bytes' },
    },
  };
}
