import type { TopLevelSpec } from 'vega-lite';
import type { ChannelStatistics } from '../metrics/latents.js';
import { paint } from './palette.js';

/** How often each value occurs in one latent channel; `total` counts the zeros that the histogram leaves out. */
export function histogramPlot(
  histogram: NonNullable<ChannelStatistics['histogram']>,
  total: number,
  width: number,
  height: number,
): TopLevelSpec {
  const { min, max, counts } = histogram;
  const step = (max - min) / counts.length || 1;
  const values = counts.map((count, bin) => ({
    from: min + bin * step,
    to: min + (bin + 1) * step,
    share: count / total,
  }));
  return {
    width,
    height,
    data: { values },
    mark: { type: 'bar', color: paint('first'), binSpacing: 0.5 },
    encoding: {
      x: {
        field: 'from',
        bin: 'binned',
        type: 'quantitative',
        title: 'value',
        axis: { tickCount: 6, format: '.2~g' },
      },
      x2: { field: 'to' },
      y: {
        field: 'share',
        type: 'quantitative',
        title: null,
        axis: { format: '.1~%', tickCount: 4 },
      },
    },
  };
}
