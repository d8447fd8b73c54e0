import type { TopLevelSpec } from 'vega-lite';
import type { EpochRecord } from '../../training/history.js';
import { paint } from './palette.js';

interface Point {
  readonly epoch: number;
  readonly value: number;
  readonly series: string;
}

/** What one epoch measured on both parts. */
interface EpochValues {
  readonly epoch: number;
  readonly train: number;
  readonly validation: number | null;
}

const TRAIN = 'training';
const VALIDATION = 'validation';

function points(epochs: readonly EpochValues[]): Point[] {
  return epochs.flatMap(({ epoch, train: value, validation }) => {
    const train = { epoch, value, series: TRAIN };
    return validation === null ? [train] : [train, { epoch, value: validation, series: VALIDATION }];
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
export const lossPlot = (history: readonly EpochRecord[], width: number, height: number): TopLevelSpec =>
  epochsPlot(
    history.map(({ epoch, trainMse: train, validationMse: validation }) => ({ epoch, train, validation })),
    'mean squared error (0..1)',
    { width, height },
  );

/** What training and validation images measured over the epochs. */
export function epochsPlot(
  epochs: readonly EpochValues[],
  title: string,
  { width, height }: { readonly width: number; readonly height: number },
): TopLevelSpec {
  const values = points(epochs);
  const last = Math.max(...epochs.map(({ epoch }) => epoch));
  const first = Math.min(...epochs.map(({ epoch }) => epoch));
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
        field: 'value',
        type: 'quantitative',
        title,
        scale: scaleOf(values.map(({ value }) => value)),
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
