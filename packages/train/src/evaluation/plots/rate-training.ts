import type { TopLevelSpec } from 'vega-lite';
import type { EpochRecord, RatePoint } from '../../training/history.js';
import { paint } from './palette.js';

/** Which curve a plot of {@link rateTrainingPlot} draws. */
export type RateCurve = 'rate' | 'distortion';

interface Point {
  readonly epoch: number;
  readonly value: number;
  readonly series: string;
}

const TITLES: Readonly<Record<RateCurve, string>> = {
  rate: 'bytes per image (validation)',
  distortion: 'PSNR, dB (validation)',
};

/** The finest and the coarsest quality. */
function ends(points: readonly RatePoint[]): RatePoint[] {
  return [...new Set([points.at(-1), points[0]])].filter((point) => point !== undefined);
}

function plotted({ psnr, contextBytes, factorizedBytes }: RatePoint, curve: RateCurve): number {
  return curve === 'distortion' ? psnr : (contextBytes ?? factorizedBytes);
}

/** One value for each epoch and each end of the range of qualities; epochs without validation are left out. */
function rateCurve(history: readonly EpochRecord[], curve: RateCurve): Point[] {
  return history.flatMap(({ epoch, rate }) =>
    ends(rate?.validation ?? []).map((point, i) => ({
      epoch,
      value: plotted(point, curve),
      series: i === 0 ? 'finest quality' : 'coarsest quality',
    })),
  );
}

/** Rate or distortion of the validation images over the epochs, at the finest and the coarsest quality. */
export function rateTrainingPlot(
  history: readonly EpochRecord[],
  curve: RateCurve,
  size: { readonly width: number; readonly height: number },
): TopLevelSpec {
  const values = rateCurve(history, curve);
  const domain = [...new Set(values.map(({ series }) => series))];
  return {
    ...size,
    data: { values: values.map((point) => ({ ...point })) },
    mark: { type: 'line', point: { filled: true, size: 24 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative',
        title: 'epoch',
        scale: { nice: false },
        axis: { tickMinStep: 1, format: 'd' },
      },
      y: {
        field: 'value',
        type: 'quantitative',
        title: TITLES[curve],
        scale: { zero: false, nice: true },
        axis: { tickCount: 6 },
      },
      color: {
        field: 'series',
        type: 'nominal',
        scale: { domain, range: [paint('first'), paint('second')].slice(0, domain.length) },
      },
    },
  };
}
