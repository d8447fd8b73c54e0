import { mean } from '../figures/averages.js';
import type { EpochRecord, RatePoint } from '../training/history.js';

/** What would make a codec better, as its training shows: images where it learned them by heart, minutes where it still learned. */
export type Advice = 'more images' | 'more training';

/** What it says, without the full stop. */
export const ADVICE: Readonly<Record<Advice, string>> = {
  'more images':
    'More images would help: new ones take more bytes, or look worse, than those trained on, by a growing gap',
  'more training': 'More training would help: bytes and errors still fell late in the run (--epochs)',
};

/** Epochs that tell something. */
const LEAST_EPOCHS = 4;
/** Bits + lambda · squared error of validation images beyond those of training images that count, as a share, */
const WIDE_GAP = 0.03;
/** and by how much it must have grown since the middle of the run. */
const GROWN = 0.01;
/** What the last part of a run must have gained for more of it to help, as a share, */
const STILL_GAINING = 0.03;
/** and that part, without the tuning at its end. */
const LAST_PART = { from: 0.6, to: 0.85 } as const;

const BITS = 8;
const bitsOf = ({ contextBytes, factorizedBytes }: RatePoint): number =>
  BITS * (contextBytes ?? factorizedBytes);

/** Bits + lambda · squared error under other lambdas than those of their epoch: in logarithms, over all qualities. */
function objective(points: readonly RatePoint[], lambdas: readonly number[]): number {
  const under = (point: RatePoint, lambda: number): number => {
    const bits = bitsOf(point);
    return bits + (lambda * (point.objective - bits)) / point.lambda;
  };
  return mean(points.map((point, i) => Math.log(under(point, lambdas[i]!))));
}

/** What the epochs of a run for rate say about it; empty for other runs, and without validation images. */
export function adviceOf(history: readonly EpochRecord[]): Advice[] {
  const records = history.flatMap(({ rate }) => (rate && rate.validation.length > 0 ? [rate] : []));
  const last = records.at(-1);
  if (last === undefined || records.length < LEAST_EPOCHS) return [];
  const lambdas = last.validation.map(({ lambda }) => lambda);
  const at = (done: number) => records[Math.floor(done * (records.length - 1))]!;
  const gap = (done: number): number => {
    const { training, validation } = at(done);
    return training.length === 0 ? 0 : objective(validation, lambdas) - objective(training, lambdas);
  };
  const gained =
    objective(at(LAST_PART.from).validation, lambdas) - objective(at(LAST_PART.to).validation, lambdas);
  const few = gap(1) > WIDE_GAP && gap(1) - gap(0.5) > GROWN;
  return [
    ...(few ? ['more images' as const] : []),
    ...(gained > STILL_GAINING ? ['more training' as const] : []),
  ];
}
