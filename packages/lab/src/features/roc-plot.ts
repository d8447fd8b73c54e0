import { paint } from '@convae/train/kit';
import type { TopLevelSpec } from 'vega-lite';
import type { Anomaly } from './schema.js';

type Curve = Anomaly['curves'][number];

/** What each score is called. */
export const SCORE_TITLES: Readonly<Record<Curve['score'], string>> = {
  codec: 'autoencoder',
  pca: 'PCA of the same size',
  mean: 'distance from the mean image',
};

/** Anomalies found against normal images flagged, a line for each score; chance is the diagonal. */
export function rocPlot({ curves }: Anomaly, width: number, height: number): TopLevelSpec {
  const title = ({ score, auc }: Curve): string => `${SCORE_TITLES[score]}, AUC ${auc.toFixed(3)}`;
  const values = curves.flatMap((curve) =>
    curve.points.map(([x, y], order) => ({ title: title(curve), x, y, order })),
  );
  const axis = { format: '%', tickCount: 5 } as const;
  return {
    width,
    height,
    layer: [
      {
        data: {
          values: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        mark: { type: 'line', color: paint('muted'), strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
      },
      {
        data: { values },
        mark: { type: 'line', strokeWidth: 2.2, interpolate: 'linear' },
        encoding: {
          x: {
            field: 'x',
            type: 'quantitative',
            title: 'normal images flagged',
            axis,
            scale: { domain: [0, 1] },
          },
          y: { field: 'y', type: 'quantitative', title: 'anomalies found', axis, scale: { domain: [0, 1] } },
          order: { field: 'order' },
          color: {
            field: 'title',
            type: 'nominal',
            sort: curves.map(title),
            scale: { range: [paint('first'), paint('second'), paint('muted')] },
            legend: { columns: 1, symbolType: 'stroke', labelLimit: 0 },
          },
        },
      },
    ],
  };
}
