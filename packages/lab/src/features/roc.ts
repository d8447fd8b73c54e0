import type { Anomaly } from './schema.js';

/** A receiver operating characteristic: how many anomalies a threshold finds, and how many normal images it flags. */
export type Roc = Omit<Anomaly['curves'][number], 'score'>;

/** Most points kept of a curve. */
export const MAX_ROC_POINTS = 200;

interface Curve {
  readonly x: number[];
  readonly y: number[];
}

/** One point for each different score, from the highest down: equal scores fall on the same side of any threshold. */
function curveOf(normal: Float64Array, anomalous: Float64Array): Curve {
  const all = [
    ...Array.from(normal, (score) => ({ score, anomaly: false })),
    ...Array.from(anomalous, (score) => ({ score, anomaly: true })),
  ].sort((a, b) => b.score - a.score);
  const [x, y]: [number[], number[]] = [[0], [0]];
  let [flagged, found] = [0, 0];
  all.forEach(({ score, anomaly }, i) => {
    if (anomaly) found++;
    else flagged++;
    if (all[i + 1]?.score === score) return;
    x.push(flagged / normal.length);
    y.push(found / anomalous.length);
  });
  return { x, y };
}

function area({ x, y }: Curve): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return sum;
}

/** The highest share found while at most this share of the normal images is flagged. */
function foundAt({ x, y }: Curve, share: number): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) if (x[i]! <= share) most = Math.max(most, y[i]!);
  return most;
}

/** Both ends and, between them, the first point of each of equally long pieces of the way. */
function thinned({ x, y }: Curve): [number, number][] {
  const last = x.length - 1;
  const kept: [number, number][] = [];
  let next = 0;
  for (let i = 0; i <= last; i++) {
    const way = x[i]! + y[i]!;
    if (way < next && i !== last) continue;
    kept.push([x[i]!, y[i]!]);
    next = way + 2 / (MAX_ROC_POINTS - 2);
  }
  return kept;
}

/**
 * Compares the scores of normal images with those of anomalies, which should be higher.
 * @throws RangeError where either has no score.
 */
export function rocOf(normal: Float64Array, anomalous: Float64Array): Roc {
  if (normal.length === 0 || anomalous.length === 0)
    throw new RangeError(
      `expected scores of both kinds, received ${normal.length} normal and ${anomalous.length} anomalous`,
    );
  const curve = curveOf(normal, anomalous);
  return { auc: area(curve), foundAt5Percent: foundAt(curve, 0.05), points: thinned(curve) };
}
