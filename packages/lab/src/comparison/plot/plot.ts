import { paint } from '@convae/train/kit';
import type { TopLevelSpec } from 'vega-lite';
import type { RateDistortion, Use } from '../result.js';
import { USE_TITLES } from '../table/markdown.js';
import { usesIn } from '../table/rates.js';
import { type Place, placeLabels } from './labels.js';
import { type Series, seriesOf } from './series.js';

/** PSNR shown beyond the last row of the tables, and before the first, dB. */
const BEYOND = 2;
const BEFORE = 2.4;
const LABEL_SIZE = 11.5;
const LINE_HEIGHT = 14;
/** Mean width of a letter by its height. */
const LETTER = 0.54;

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly psnr: readonly [number, number];
  readonly rate: readonly [number, number];
}

/** The part of a line within [low, high]; its ends are interpolated in the logarithm of the rate, as they are drawn. */
function clipped(points: Series['points'], [low, high]: readonly [number, number]): Series['points'] {
  const at = (psnr: number): Series['points'] =>
    points.slice(1).flatMap((b, i) => {
      const a = points[i]!;
      if (!(a.psnr < psnr && psnr < b.psnr)) return [];
      const share = (psnr - a.psnr) / (b.psnr - a.psnr);
      return [{ psnr, rate: a.rate * (b.rate / a.rate) ** share }];
    });
  const inside = points.filter(({ psnr }) => psnr >= low && psnr <= high);
  return [...at(low), ...inside, ...at(high)];
}

/** What the picture shows. */
interface Wanted {
  readonly result: RateDistortion;
  readonly width: number;
  readonly height: number;
}

function frameOf(series: readonly Series[], { result: { psnrs: rows }, width, height }: Wanted): Frame {
  const all = series.flatMap(({ points }) => points);
  const psnrs = all.map(({ psnr }) => psnr);
  const rates = all.map(({ rate }) => rate);
  const psnr = [
    Math.max(Math.min(...rows) - BEFORE, Math.floor(Math.min(...psnrs))),
    Math.min(Math.max(...rows) + BEYOND, Math.ceil(Math.max(...psnrs))),
  ];
  return {
    width,
    height,
    psnr: psnr[0]! < psnr[1]! ? [psnr[0]!, psnr[1]!] : [psnr[0]! - 1, psnr[0]! + 1],
    rate: [Math.min(...rates) * 0.85, Math.max(...rates) * 1.1],
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
  const [low, high] = frame.rate.map(Math.log) as [number, number];
  const perDecibel = frame.width / (frame.psnr[1] - frame.psnr[0]);
  const place = ({ psnr, rate }: Series['points'][number]): Place => ({
    x: (psnr - frame.psnr[0]) * perDecibel,
    y: ((high - Math.log(rate)) / (high - low)) * frame.height,
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
    rate: Math.exp(high - (placed[i]!.y / height) * (high - low)),
    label,
    colour,
  }));
}

function rowsOf(series: readonly Series[]) {
  return series.flatMap(({ id, colour, dashed, strong, points }) =>
    points.map(({ psnr, rate }) => ({
      id,
      psnr,
      rate,
      colour,
      dash: dashed ? [5, 4] : [1, 0],
      stroke: strong ? 2.6 : 1.5,
      strong,
    })),
  );
}

/** Powers of two that lie within a range. */
function ticks([low, high]: readonly [number, number]): number[] {
  const exponents = Array.from({ length: 24 }, (_, i) => 2 ** (i - 6));
  return exponents.filter((value) => value >= low && value <= high);
}

function axesOf(frame: Frame, unit: string) {
  return {
    x: {
      field: 'psnr',
      type: 'quantitative' as const,
      title: 'PSNR, dB (more is better)',
      scale: { domain: [frame.psnr[0], frame.psnr[1]], nice: false },
      axis: { tickCount: Math.floor(frame.width / 70) },
    },
    y: {
      field: 'rate',
      type: 'quantitative' as const,
      title: `${unit} (fewer are better)`,
      scale: { type: 'log' as const, base: 2, domain: [frame.rate[0], frame.rate[1]], nice: false },
      axis: { values: ticks(frame.rate), format: '~g' },
    },
    color: { field: 'colour', type: 'nominal' as const, scale: null },
  };
}

/** Lines, points on those of bundles, and names. */
function layersOf(shown: readonly Series[], frame: Frame, unit: string): Layers {
  const axes = axesOf(frame, unit);
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

/** The unit of the plots. */
const unitOf = ({ dataset }: RateDistortion): string =>
  dataset.manySizes ? 'bits per pixel' : 'bytes per image';

/** The lines of one use, within what is shown. */
function panel(wanted: Wanted, use: Use) {
  const { result, width, height } = wanted;
  const all = seriesOf(result, use);
  const { psnr } = frameOf(all, wanted);
  const shown = all
    .map((series) => ({ ...series, points: clipped(series.points, psnr) }))
    .filter(({ points }) => points.length > 0);
  const frame = { ...frameOf(shown, wanted), psnr };
  const images = result.samples[use]!.images.toLocaleString('en');
  const text = `${USE_TITLES[use]}, ${images} images`;
  const title = { text, anchor: 'start' as const, fontSize: 12, color: paint('muted') };
  return { title, width, height, layer: layersOf(shown, frame, unitOf(result)) };
}

/**
 * Bytes per image (bits per pixel where pictures have many sizes), on a logarithmic axis, over PSNR: a panel for each use,
 * in it a line for each lossy method with its name at the end. Sizes are those of a panel, pixels.
 */
export function comparisonPlot(
  result: RateDistortion,
  { width, height, stacked = false }: { width: number; height: number; stacked?: boolean },
): TopLevelSpec {
  const panels = usesIn(result)
    .filter((use) => seriesOf(result, use).length > 0)
    .map((use) => panel({ result, width, height }, use));
  const background = paint('paper');
  return stacked
    ? { vconcat: panels, background, spacing: 30 }
    : { hconcat: panels, background, spacing: 60 };
}
