import { describe, expect, it } from 'vitest';
import { presetSpec } from '../../model/presets.js';
import { parseRecipe } from '../recipe.js';
import { drawQuality } from './draw.js';
import { middleLambda, middleOf, type RateSpec } from './rate-spec.js';
import { epochsFor, RATE_RECIPE_NAMES, RATE_RECIPES } from './recipes.js';
import { centresAt, learningRateAt, rateStepOptions } from './schedule.js';

const recipe = parseRecipe({ learningRate: 0.01, schedule: 'cosine', rate: { lambdas: [10], context: {} } });
const rate: RateSpec = recipe.rate!;
const steps = 4000;

describe('the cosine schedule', () => {
  const at = (step: number): number => learningRateAt(recipe, { step, steps });

  it('rises over the first 300 steps and falls to a hundredth', () => {
    expect(at(0)).toBeCloseTo(0.01 / 300, 6);
    const rates = Array.from({ length: steps }, (_, step) => at(step));
    const top = rates.indexOf(Math.max(...rates));
    expect(top).toBeGreaterThan(250);
    expect(top).toBeLessThanOrEqual(300);
    expect(rates[top]).toBeGreaterThan(0.009);
    expect(rates.slice(top).every((value, i) => i === 0 || value <= rates[top + i - 1]!)).toBe(true);
    expect(at(steps)).toBeCloseTo(1e-4, 8);
  });

  it('rises over the first tenth of a run that is short', () => {
    const rates = Array.from({ length: 40 }, (_, step) => learningRateAt(recipe, { step, steps: 40 }));
    expect(rates.indexOf(Math.max(...rates))).toBe(3);
    expect(rates[3]).toBeGreaterThan(0.0095);
    expect(rates[0]).toBeCloseTo(0.0025, 6);
  });

  it('is left out where the recipe says constant', () => {
    const constant = parseRecipe({ learningRate: 0.01 });
    expect([0, 999, 4000].map((step) => learningRateAt(constant, { step, steps }))).toEqual([
      0.01, 0.01, 0.01,
    ]);
  });
});

describe('the phases of a run', () => {
  const at = (share: number) => rateStepOptions(recipe, rate, { step: share * steps, steps });

  it('go from noise to rounded latents to tuning, with contexts from a fifth on', () => {
    const phases = [0, 0.19, 0.2, 0.49, 0.5, 0.89, 0.9, 1].map((share) => {
      const { quantization, withContext } = at(share);
      return `${quantization}${withContext ? ' with contexts' : ''}`;
    });
    expect(phases).toEqual([
      'noise',
      'noise',
      'noise with contexts',
      'noise with contexts',
      'round with contexts',
      'round with contexts',
      'tune with contexts',
      'tune with contexts',
    ]);
  });

  it('begin with a quantizer that is centred, and centre it with contexts until the encoder rests', () => {
    const all = Array.from({ length: steps }, (_, step) => step);
    const centred = all.filter((step) => centresAt(rate, { step, steps }));
    const rest = Array.from({ length: 29 }, (_, i) => 0.2 * steps + 100 * i);
    expect(centred).toEqual([0, ...rest]);
    expect(centred.at(-1)).toBe(0.9 * steps);
  });

  it('never have contexts without a network for them', () => {
    expect(rateStepOptions(recipe, { ...rate, context: null }, { step: 3999, steps }).withContext).toBe(
      false,
    );
  });

  it('begin with distortion at eight times its weight', () => {
    expect(at(0).emphasis).toBe(8);
    expect(at(0.1).emphasis).toBeCloseTo(Math.sqrt(8), 9);
    expect([at(0.2).emphasis, at(0.7).emphasis]).toEqual([1, 1]);
  });
});

describe('the quality in the middle', () => {
  it('is the finer one of two', () => {
    const of = (lambdas: number[]) => [middleOf({ ...rate, lambdas }), middleLambda({ ...rate, lambdas })];
    expect([of([10]), of([5, 10]), of([5, 10, 20])]).toEqual([
      [0, 10],
      [1, 10],
      [1, 10],
    ]);
  });
});

describe('the quality of a batch', () => {
  const spec = { ...rate, lambdas: [5, 10, 20] };
  const draw = (seed: number, epoch: number, batch: number) => drawQuality(spec, 500, { seed, epoch, batch });

  it('and its noise depend on seed, epoch and batch alone', () => {
    expect(draw(1, 2, 3)).toEqual(draw(1, 2, 3));
    for (const other of [draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4)])
      expect(other.noise).not.toEqual(draw(1, 2, 3).noise);
  });

  it('is each of those trained for about as often, and noise is uniform in ±0.5', () => {
    const counts = new Map<number, number>();
    let [sum, squares] = [0, 0];
    for (let batch = 0; batch < 300; batch++) {
      const { quality, noise } = draw(1, 1, batch);
      counts.set(quality, (counts.get(quality) ?? 0) + 1);
      for (const value of noise) [sum, squares] = [sum + value, squares + value * value];
      expect(Math.max(...noise.map(Math.abs))).toBeLessThanOrEqual(0.5);
    }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2]);
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(35);
    expect(Math.abs(sum / 150_000)).toBeLessThan(0.004);
    expect(squares / 150_000).toBeCloseTo(1 / 12, 2);
  });
});

describe('the named recipes', () => {
  it.each(RATE_RECIPE_NAMES)(
    '%s is a valid recipe for its preset, on digits, its crops or small photos',
    (name) => {
      const { preset, crop, recipe: input } = RATE_RECIPES[name]!;
      const side = crop ?? (name === 'placeholder' ? 32 : 28);
      const parsed = parseRecipe(input);
      const spec = presetSpec(preset, { channels: 1, height: side, width: side });
      expect(parsed.schedule).toBe('cosine');
      const { context } = parsed.rate!;
      const vector = spec.encoder.at(-1)!.kind === 'dense';
      expect(context?.radius ?? 0).toBe(vector ? 0 : 2);
      expect(context === null).toBe(name === 'rate-fast');
    },
  );

  it('are three or more, for more and more distortion', () => {
    const lambdas = RATE_RECIPE_NAMES.map((name) =>
      middleLambda(parseRecipe(RATE_RECIPES[name]!.recipe).rate!),
    );
    expect(lambdas.length).toBeGreaterThanOrEqual(3);
    expect(lambdas).toEqual([...lambdas].sort((a, b) => a - b));
  });
});

describe('the passes over a small data set', () => {
  const own = { epochs: 28, batch: 100 };

  it('are so many that the steps come together', () => {
    expect(epochsFor(own, 59_000, 6000)).toBe(28);
    expect(epochsFor(own, 12_000, 6000)).toBe(50);
    expect(epochsFor(own, 950, 6000)).toBe(600);
  });

  it('are the recipe’s own where nothing is asked for', () => {
    expect(epochsFor(own, 50, 0)).toBe(28);
  });
});
