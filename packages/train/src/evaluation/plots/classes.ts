import type { TopLevelSpec } from 'vega-lite';
import type { ClassDistortion } from '../metrics/classes.js';
import { paint } from './palette.js';

/** MSE of each class as bars with their figures at the foot, and the MSE over all images as a line. */
export function classPlot(
  classes: readonly ClassDistortion[],
  mse: number,
  width: number,
  height: number,
): TopLevelSpec {
  const values = classes.map((entry) => ({ label: String(entry.label), mse: entry.mse }));
  const sort = values.map(({ label }) => label);
  const x = { field: 'label', type: 'ordinal', sort, title: 'class', axis: { labelAngle: 0 } } as const;
  const wide = width / values.length >= 40;
  return {
    width,
    height,
    data: { values },
    layer: [
      {
        mark: { type: 'bar', color: paint('first'), cornerRadiusEnd: 3, width: { band: 0.72 } },
        encoding: {
          x,
          y: { field: 'mse', type: 'quantitative', title: 'mean squared error', axis: { tickCount: 5 } },
        },
      },
      ...(wide
        ? [
            {
              mark: { type: 'text', color: paint('paper'), fontSize: 11 } as const,
              encoding: {
                x,
                y: { value: height - 12 } as const,
                text: { field: 'mse', type: 'quantitative', format: '.4f' } as const,
              },
            },
          ]
        : []),
      {
        mark: { type: 'rule', color: paint('second'), strokeDash: [5, 4], strokeWidth: 1.5 },
        encoding: { y: { datum: mse } },
      },
    ],
  };
}
