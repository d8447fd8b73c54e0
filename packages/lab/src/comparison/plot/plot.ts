import { paint } from '@convae/train/kit';
import type { TopLevelSpec } from 'vega-lite';
import { type RateDistortion, TARGETS } from '../result.js';
import { type Place, placeLabels } from './labels.js';
import { type Series, seriesOf } from './series.js';

/** PSNR beyond which lines are cut off, dB: the last target and a little more. */
const MAX_PSNR = Math.max(...TARGETS) + 2;
/** Least PSNR that is shown, dB. */
const MIN_PSNR = Math.min(...TARGETS) - 2.4;
const LABEL_SIZE = 11.5;
const LINE_HEIGHT = 14;
/** Mean width of a letter by its height. */
const LETTER = 0.54;

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly psnr: readonly [number, number];
  readonly bytes: readonly [number, number];
}

/** The part of a line within [low, high]; its ends are interpolated in the logarithm of the bytes, as they are drawn. */
function clipped(points: Series['points'], [low, high]: readonly [number, number]): Series['points'] {
  const at = (psnr: number): Series['points'] =>
    points.slice(1).flatMap((b, i) => {
      const a = points[i]!;
      if (!(a.psnr < psnr && psnr < b.psnr)) return [];
      const share = (psnr - a.psnr) / (b.psnr - a.psnr);
      return [{ psnr, bytes: a.bytes * (b.bytes / a.bytes) ** share }];
    });
  const inside = points.filter(({ psnr }) => psnr >= low && psnr <= high);
  return [...at(low), ...inside, ...at(high)];
}

function frameOf(series: readonly Series[], width: number, height: number): Frame {
  const all = series.flatMap(({ points }) => points);
  const psnrs = all.map(({ psnr }) => psnr);
  const bytes = all.map((point) => point.bytes);
  const psnr = [
    Math.max(MIN_PSNR, Math.floor(Math.min(...psnrs))),
    Math.min(MAX_PSNR, Math.ceil(Math.max(...psnrs))),
  ];
  return {
    width,
    height,
    psnr: psnr[0]! < psnr[1]! ? [psnr[0]!, psnr[1]!] : [psnr[0]! - 1, psnr[0]! + 1],
    bytes: [Math.min(...bytes) * 0.85, Math.max(...bytes) * 1.1],
  };
}

/** Pixels between the places at which lines are sampled. */
const SAMPLE = 3;

/** Places along a line, close together. */
function sampled(places: readonly Place[]): Place[] {
  return places.slice(1).flatMap((b, i) => {
    const a = places[i]!;
    const count = Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / SAMPLE);
    return Array.from({ length: count + 1 }, (_, n) => ({
      x: a.x + ((b.x - a.x) * n) / count,
      y: a.y + ((b.y - a.y) * n) / count,
    }));
  });
}

/** Where each line's name stands: near its last point, away from lines and other names. */
function labelsOf(series: readonly Series[], frame: Frame) {
  const [low, high] = frame.bytes.map(Math.log) as [number, number];
  const perDecibel = frame.width / (frame.psnr[1] - frame.psnr[0]);
  const place = ({ psnr, bytes }: Series['points'][number]): Place => ({
    x: (psnr - frame.psnr[0]) * perDecibel,
    y: ((high - Math.log(bytes)) / (high - low)) * frame.height,
  });
  const lines = series.flatMap(({ points }) => sampled(points.map(place)));
  const wanted = series.map(({ label, points }) => ({
    end: place(points.at(-1)!),
    width: label.length * LABEL_SIZE * LETTER,
  }));
  const { width, height } = frame;
  const placed = placeLabels(wanted, { lines, width, height, lineHeight: LINE_HEIGHT });
  return series.map(({ label, colour }, i) => ({
    psnr: frame.psnr[0] + placed[i]!.x / perDecibel,
    bytes: Math.exp(high - (placed[i]!.y / height) * (high - low)),
    label,
    colour,
  }));
}

function rowsOf(series: readonly Series[]) {
  return series.flatMap(({ id, colour, dashed, strong, points }) =>
    points.map(({ psnr, bytes }) => ({
      id,
      psnr,
      bytes,
      colour,
      dash: dashed ? [5, 4] : [1, 0],
      stroke: strong ? 2.6 : 1.5,
      strong,
    })),
  );
}

/** Powers of two that lie within a range of bytes. */
function ticks([low, high]: readonly [number, number]): number[] {
  const exponents = Array.from({ length: 14 }, (_, i) => 2 ** i);
  return exponents.filter((value) => value >= low && value <= high);
}

function axesOf(frame: Frame) {
  return {
    x: {
      field: 'psnr',
      type: 'quantitative' as const,
      title: 'PSNR, dB (more is better)',
      scale: { domain: [frame.psnr[0], frame.psnr[1]], nice: false },
      axis: { tickCount: Math.floor(frame.width / 70) },
    },
    y: {
      field: 'bytes',
      type: 'quantitative' as const,
      title: 'bytes per image (fewer are better)',
      scale: { type: 'log' as const, base: 2, domain: [frame.bytes[0], frame.bytes[1]], nice: false },
      axis: { values: ticks(frame.bytes), format: 'd' },
    },
    color: { field: 'colour', type: 'nominal' as const, scale: null },
  };
}

/** Lines, points on those of bundles, and names. */
function layersOf(shown: readonly Series[], frame: Frame): Layers {
  const axes = axesOf(frame);
  const data = { values: rowsOf(shown) };
  return [
    {
      data,
      mark: { type: 'line', strokeCap: 'round' },
      encoding: {
        ...axes,
        detail: { field: 'id' },
        strokeDash: { field: 'dash', type: 'nominal', scale: null },
        strokeWidth: { field: 'stroke', type: 'quantitative', scale: null },
      },
    },
    {
      data,
      transform: [{ filter: 'datum.strong' }],
      mark: { type: 'point', filled: true, size: 34, opacity: 1 },
      encoding: axes,
    },
    {
      data: { values: labelsOf(shown, frame) },
      mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: LABEL_SIZE },
      encoding: { ...axes, text: { field: 'label' } },
    },
  ];
}

/** Bytes per image, on a logarithmic axis, over PSNR; a line for each lossy method with its name at the end. */
export function comparisonPlot(result: RateDistortion, width: number, height: number): TopLevelSpec {
  const all = seriesOf(result);
  const { psnr } = frameOf(all, width, height);
  const shown = all
    .map((series) => ({ ...series, points: clipped(series.points, psnr) }))
    .filter(({ points }) => points.length > 0);
  const frame = { ...frameOf(shown, width, height), psnr };
  return { width, height, layer: layersOf(shown, frame), background: paint('paper') };
}
