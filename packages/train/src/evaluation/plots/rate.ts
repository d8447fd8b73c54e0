import type { TopLevelSpec } from 'vega-lite';
import type { Rate } from '../plug-in.js';
import { paint } from './palette.js';

/** PSNR against container bytes per image, a point for each quality and a line for each prior. */
export function ratePlot(rates: readonly Rate[], width: number, height: number): TopLevelSpec {
  const values = rates.flatMap(({ containerBytesPerImage: bytes, psnr, prior }) =>
    psnr === null ? [] : [{ bytes, psnr, prior: `${prior} prior` }],
  );
  const domain = [...new Set(values.map(({ prior }) => prior))];
  return {
    width,
    height,
    data: { values },
    mark: { type: 'line', point: { filled: true, size: 40 }, strokeWidth: 2 },
    encoding: {
      x: { field: 'bytes', type: 'quantitative', title: 'bytes per image', scale: { zero: true } },
      y: { field: 'psnr', type: 'quantitative', title: 'PSNR, dB', scale: { zero: false } },
      order: { field: 'bytes' },
      color: {
        field: 'prior',
        type: 'nominal',
        scale: { domain, range: [paint('first'), paint('second')].slice(0, domain.length) },
        ...(domain.length === 1 ? { legend: null } : {}),
      },
    },
  };
}
