import { paint } from '@convae/train/kit';
import type { TopLevelSpec } from 'vega-lite';
import { FILTER_NAMES, FILTERS } from './candidates.js';
import type { Denoising } from './schema.js';

const COLOURS = [paint('first'), paint('second'), '#2f9e6e', '#b0589f', '#b08a1e', paint('muted')];

/** One line for the network, one for each filter and one for the noisy images: PSNR by level of noise. */
export function denoisingPlot({ levels }: Denoising, width: number, height: number): TopLevelSpec {
  const sources = ['network', ...FILTER_NAMES.map((name) => FILTERS[name].title), 'noisy'];
  const values = levels.flatMap(({ level, network, noisy, filters }) => [
    { level, source: 'network', psnr: network.psnr },
    ...filters.map(({ filter, psnr }) => ({ level, source: FILTERS[filter].title, psnr })),
    { level, source: 'noisy', psnr: noisy.psnr },
  ]);
  return {
    width,
    height,
    data: { values: values.filter(({ psnr }) => psnr !== null) },
    mark: { type: 'line', point: { filled: true, size: 50 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'level',
        type: 'quantitative',
        title: 'level of noise',
        scale: { zero: false, nice: true },
        axis: { tickCount: width < 400 ? 4 : 8 },
      },
      y: {
        field: 'psnr',
        type: 'quantitative',
        title: 'PSNR, dB',
        scale: { zero: false, nice: true },
        axis: { tickCount: 6 },
      },
      color: {
        field: 'source',
        type: 'nominal',
        sort: sources,
        title: null,
        scale: { domain: sources, range: COLOURS },
        legend: { columns: width < 400 ? 1 : 6, symbolType: 'stroke', labelLimit: 0, orient: 'bottom' },
      },
    },
  };
}
