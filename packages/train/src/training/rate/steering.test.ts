import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../recipe.js';
import type { RateSpec } from './rate-spec.js';
import { correction, raised, type SteeringTurn, steeringAt } from './steering.js';
import type { RateTarget } from './target.js';

const rateOf = (target: RateTarget | null): RateSpec =>
  parseRecipe({
    rate: { lambdas: [10, 20], target, context: {}, contextFrom: 0.3, emphasisUntil: 0.2, tuneFrom: 0.9 },
  }).rate!;
const quality = rateOf({ psnr: 30 });

/** The steps of a run after which something is done. */
function turns(rate: RateSpec, what: SteeringTurn, steps = 4000): number[] {
  const all = Array.from({ length: steps }, (_, i) => i + 1);
  return all.filter((step) => steeringAt(rate, { step, steps }) === what);
}

describe('steering', () => {
  it('corrects often between emphasis and tuning, and settles once before the encoder rests', () => {
    const corrections = turns(quality, 'correct');
    expect(corrections.length).toBeGreaterThan(20);
    expect([corrections[0], corrections.at(-1)]).toEqual([800, 3500]);
    expect([turns(quality, 'settle'), turns(quality, 'finish')]).toEqual([[3600], [4000]]);
  });

  it('believes bytes only after the context network has joined', () => {
    expect(turns(rateOf({ bytes: 60 }), 'correct')[0]).toBe(1600);
  });

  it('has the last word in runs without a tuning part and in runs of a few steps', () => {
    expect(turns({ ...quality, tuneFrom: 1 }, 'finish')).toEqual([4000]);
    for (const steps of [1, 2, 3, 7, 11]) expect(turns(quality, 'finish', steps)).toEqual([steps]);
  });

  it('does nothing without a target', () => {
    expect(turns(rateOf(null), 'nothing')).toHaveLength(4000);
  });

  it('moves lambda towards the target, less late in the run and never far at once', () => {
    const move = (psnr: number, done: number) => correction(quality, { psnr: 30 }, { psnr, bytes: 1 }, done);
    expect(move(29, 0.2)).toBeCloseTo(0.35 / 1.4, 9);
    expect(move(31, 0.2)).toBeCloseTo(-0.35 / 1.4, 9);
    expect(move(29, 0.9)).toBeCloseTo(0.15 / 1.4, 9);
    expect(move(10, 0.2)).toBe(1);
    expect(move(59, 0.2)).toBe(-1);
  });

  it('raises all lambdas by the same factor', () => {
    expect(raised({ lambdas: [10, 20] }, 2)).toEqual({ lambdas: [40, 80] });
    expect(raised({ lambdas: [10, 20] }, -1)).toEqual({ lambdas: [5, 10] });
  });
});
