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
  rate: 'bytes per image',
  distortion: 'PSNR, dB',
};

/** The finest and the coarsest quality. */
function ends(points: readonly RatePoint[]): RatePoint[] {
  return [...new Set([points.at(-1), points[0]])].filter((point) => point !== undefined);
}

function plotted({ psnr, contextBytes, factorizedBytes }: RatePoint, curve: RateCurve): number {
  return curve === 'distortion' ? psnr : (contextBytes ?? factorizedBytes);
}

/** The curves, in the order of the colours. */
const SERIES = ['finest quality', 'coarsest quality', 'finest, training', 'coarsest, training'] as const;

/** One value for each epoch, each end of the range of qualities and each part; epochs without validation are left out. */
function rateCurve(history: readonly EpochRecord[], curve: RateCurve): Point[] {
  return history.flatMap(({ epoch, rate }) =>
    [rate?.validation ?? [], rate?.training ?? []].flatMap((part, p) =>
      ends(part).map((point, i) => ({ epoch, value: plotted(point, curve), series: SERIES[2 * p + i]! })),
    ),
  );
}

/**
 * Rate or distortion over the epochs at the finest and the coarsest quality: of the validation images, and of as many
 * training images.
 */
export function rateTrainingPlot(
  history: readonly EpochRecord[],
  curve: RateCurve,
  size: { readonly width: number; readonly height: number },
): TopLevelSpec {
  const values = rateCurve(history, curve);
  const domain = SERIES.filter((name) => values.some(({ series }) => series === name));
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
        scale: { domain, range: domain.map((name) => paint(name.startsWith('finest') ? 'first' : 'second')) },
      },
      strokeDash: {
        field: 'series',
        type: 'nominal',
        scale: { domain, range: domain.map((name) => (name.endsWith('training') ? [4, 3] : [1, 0])) },
      },
    },
  };
}
