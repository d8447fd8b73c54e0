import { paint } from '@convae/train/kit';
import type { TopLevelSpec } from 'vega-lite';
import type { Artifacts } from './schema.js';

/** One line a source: the mean step at each place in the cell, divided by the source's mean step inside cells. */
export function stepPlot({ originals, decoders }: Artifacts, width: number, height: number): TopLevelSpec {
  const sources = [{ title: 'originals', measure: originals }, ...decoders];
  const last = originals.places.length - 1;
  const values = sources.flatMap(({ title, measure }) =>
    measure.places.map((step, place) => ({
      title,
      place: place === last ? 'border' : `${place + 1}–${place + 2}`,
      step: step / measure.insideStep,
    })),
  );
  const order = values.slice(0, last + 1).map(({ place }) => place);
  return {
    width,
    height,
    data: { values },
    mark: { type: 'line', point: { filled: true, size: 50 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'place',
        type: 'ordinal',
        sort: order,
        title: 'between which pixels of a cell',
        axis: { labelAngle: 0 },
        scale: { type: 'point', padding: 0.3 },
      },
      y: {
        field: 'step',
        type: 'quantitative',
        title: 'mean step / mean step inside',
        scale: { zero: false, nice: true },
        axis: { tickCount: 5, format: '.2f' },
      },
      color: {
        field: 'title',
        type: 'nominal',
        sort: sources.map(({ title }) => title),
        scale: { range: [paint('muted'), paint('first'), paint('second'), '#2f9e6e', '#b0589f', '#b08a1e'] },
        legend: { columns: width < 400 ? 1 : 4, symbolType: 'stroke', labelLimit: 0 },
      },
    },
  };
}
