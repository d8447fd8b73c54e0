import type { TopLevelSpec } from 'vega-lite';
import type { EpochRecord } from '../../training/history.js';
import { paint } from './palette.js';

interface Point {
  readonly epoch: number;
  readonly mse: number;
  readonly series: string;
}

const TRAIN = 'training';
const VALIDATION = 'validation';

function points(history: readonly EpochRecord[]): Point[] {
  return history.flatMap(({ epoch, trainMse, validationMse }) => {
    const train = { epoch, mse: trainMse, series: TRAIN };
    return validationMse === null ? [train] : [train, { epoch, mse: validationMse, series: VALIDATION }];
  });
}

/** A log axis once the errors span more than a factor of 2.5; it cannot show an error of 0. */
function scaleOf(values: readonly number[]): { type: 'log' | 'linear'; zero?: boolean; nice: boolean } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high / low > 2.5
    ? { type: 'log', nice: false }
    : { type: 'linear', zero: false, nice: true };
}

/** Training and validation MSE over the epochs. */
export function lossPlot(history: readonly EpochRecord[], width: number, height: number): TopLevelSpec {
  const values = points(history);
  const last = Math.max(...history.map(({ epoch }) => epoch));
  const first = Math.min(...history.map(({ epoch }) => epoch));
  const series = values.some((point) => point.series === VALIDATION) ? [TRAIN, VALIDATION] : [TRAIN];
  const ticks = Math.min(last - first + 1, Math.floor(width / 45));
  return {
    width,
    height,
    data: { values: values.map((point) => ({ ...point })) },
    mark: { type: 'line', point: { filled: true, size: 28 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative',
        title: 'epoch',
        scale: { domain: last > first ? [first, last] : [first - 0.5, first + 0.5], nice: false },
        axis: { tickMinStep: 1, tickCount: ticks, format: 'd', ...(last > first ? {} : { values: [first] }) },
      },
      y: {
        field: 'mse',
        type: 'quantitative',
        title: 'mean squared error (0..1)',
        scale: scaleOf(values.map(({ mse }) => mse)),
        axis: { format: '.2~g', tickCount: 6 },
      },
      color: {
        field: 'series',
        type: 'nominal',
        scale: { domain: series, range: [paint('first'), paint('second')].slice(0, series.length) },
      },
    },
  };
}
