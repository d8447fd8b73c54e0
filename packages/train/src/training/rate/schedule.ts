import type { Recipe } from '../recipe.js';
import type { RateSpec } from './rate-spec.js';
import type { RateStepOptions } from './rate-step.js';

/** Steps over which the learning rate of a cosine schedule rises, most, */
const WARM_UP_STEPS = 300;
/** and the part of a short run. */
const WARM_UP_SHARE = 0.1;
/** Learning rate at the end of a cosine schedule, of that in the recipe. */
const LAST_SHARE = 0.01;

/** Where in a run a step is. */
export interface Moment {
  /** Steps done. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
}

/** The learning rate of a step. */
export function learningRateAt(
  { schedule, learningRate }: Pick<Recipe, 'schedule' | 'learningRate'>,
  { step, steps }: Moment,
): number {
  if (schedule === 'constant') return learningRate;
  const warm = Math.min(1, (step + 1) / Math.min(WARM_UP_STEPS, WARM_UP_SHARE * steps));
  const cosine = (1 + Math.cos((Math.PI * step) / steps)) / 2;
  return learningRate * warm * (LAST_SHARE + (1 - LAST_SHARE) * cosine);
}

/** How often the quantizer is centred in a whole run, if contexts took part from the first step on. */
const CENTRINGS = 40;

/**
 * Whether the quantizer is centred before this step: at the start, and while the encoder moves beside the contexts, so often that
 * they hardly feel it.
 */
export function centresAt({ contextFrom, tuneFrom }: RateSpec, { step, steps }: Moment): boolean {
  const end = Math.ceil(tuneFrom * steps);
  const every = Math.max(1, Math.floor(steps / CENTRINGS));
  const within = step >= contextFrom * steps && step < end;
  return step === 0 || step === end || (within && step % every === 0);
}

/** How a step on rate and distortion is taken at this moment of the run. */
export function rateStepOptions(recipe: Recipe, rate: RateSpec, moment: Moment): RateStepOptions {
  const done = moment.step / moment.steps;
  return {
    learningRate: learningRateAt(recipe, moment),
    quantization: done < rate.roundFrom ? 'noise' : done < rate.tuneFrom ? 'round' : 'tune',
    withContext: rate.context !== null && done >= rate.contextFrom,
    emphasis: Math.max(1, rate.emphasis ** (1 - done / rate.emphasisUntil)),
  };
}
