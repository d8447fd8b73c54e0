import { paint, titled } from '@convae/train/kit';
import type { TopLevelSpec } from 'vega-lite';
import { paretoFront, type Trade } from './results.js';

/** Longest name beside a point, characters. */
const MAX_LABEL = 40;

export interface TradePoint extends Trade {
  readonly label: string;
}

/** How the cost is called and drawn. */
export interface CostAxis {
  readonly title: string;
  readonly log: boolean;
  readonly heading: string;
}

const shortened = (label: string): string =>
  label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL - 1)}…` : label;

/** The domain that leaves a tenth of the range free at both ends; of a logarithmic axis in its decades. */
function domainOf(values: readonly number[], log: boolean): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (log) {
    const margin = (high / low) ** 0.1 * 1.05;
    return [low / margin, high * margin];
  }
  const margin = (high - low) * 0.1 || 0.5;
  return [low - margin, high + margin];
}

/** Names of front points: one for each variant, at its best point, to the side where there is room. */
function namesOf(front: readonly TradePoint[], [low, high]: readonly [number, number], log: boolean) {
  const last = new Map(front.map((point) => [point.label, point]));
  const at = log ? Math.log : (x: number) => x;
  const middle = (at(low) + at(high)) / 2;
  return [...last.values()].map((point) => ({
    ...point,
    label: shortened(point.label),
    side: at(point.cost) > middle ? 'left' : 'right',
  }));
}

/** PSNR against a cost: every variant a point, those that no other one beats joined and named. */
export function paretoPlot(
  points: readonly TradePoint[],
  { title, log, heading }: CostAxis,
  width: number,
  height: number,
): TopLevelSpec {
  const front = paretoFront(points);
  const costs = domainOf(
    points.map(({ cost }) => cost),
    log,
  );
  const decibels = domainOf(
    points.map(({ psnr }) => psnr),
    false,
  );
  const names = namesOf(front, costs, log);
  const scale = { type: log ? ('log' as const) : ('linear' as const), domain: costs, nice: false };
  const encoding = {
    x: { field: 'cost', type: 'quantitative' as const, title, scale, axis: { tickCount: 6, format: '~s' } },
    y: {
      field: 'psnr',
      type: 'quantitative' as const,
      title: 'PSNR of the validation images, dB',
      scale: { domain: decibels, nice: false, zero: false },
    },
  };
  const text = (side: 'left' | 'right') => ({
    data: { values: names.filter((name) => name.side === side) },
    mark: {
      type: 'text' as const,
      align: side === 'left' ? ('right' as const) : ('left' as const),
      dx: side === 'left' ? -8 : 8,
      dy: side === 'left' ? -8 : 10,
    },
    encoding: { ...encoding, text: { field: 'label' } },
  });
  const layered: TopLevelSpec = {
    width,
    height,
    background: paint('paper'),
    layer: [
      {
        data: { values: [...points] },
        mark: { type: 'point', filled: true, size: 45, opacity: 0.55, color: paint('muted') },
        encoding,
      },
      {
        data: { values: front },
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2, color: paint('first') },
        encoding,
      },
      {
        data: { values: front },
        mark: { type: 'point', filled: true, size: 70, opacity: 1, color: paint('first') },
        encoding,
      },
      ...(['left', 'right'] as const).map(text),
    ],
  };
  return titled(layered, heading);
}
