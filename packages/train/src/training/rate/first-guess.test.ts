import { describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { patchVariances } from '../../model/klt.js';
import { parseRecipe } from '../recipe.js';
import { guessLambda, startedRate } from './first-guess.js';
import type { RateTarget } from './target.js';

/** Pixels without any order, uniform in 0..255. */
function noise(count: number) {
  const random = createRandom(1);
  const data = Uint8Array.from({ length: count * 64 }, () => random.below(256));
  return { data, count, height: 8, width: 8, channels: 1 };
}

describe('the first guess of lambda', () => {
  const statistics = { variances: [0.4, 0.1, 0.02, 0.01], patches: 16 };

  it('is that of high-rate theory where every axis is coded', () => {
    // At 32.5 dB without the networks' gain of 2.5: a distortion of 0.001 on each axis.
    expect(guessLambda({ psnr: 32.5 }, statistics)).toBeCloseTo(1 / (2 * Math.LN2 * 1e-3), 1);
    expect(guessLambda({ psnr: 35.5 }, statistics)).toBeCloseTo(1 / (2 * Math.LN2 * 10 ** -3.3), 0);
  });

  it('counts bits of the axes above the water', () => {
    const level = 0.005;
    const bits = statistics.variances.reduce((sum, variance) => sum + Math.log2(variance / level) / 2, 0);
    const target = { bytes: (0.5 * bits * 16) / 8 };
    expect(guessLambda(target, statistics)).toBeCloseTo(1 / (2 * Math.LN2 * level), 3);
  });

  it('grows with the target', () => {
    const guesses = (targets: RateTarget[]) => targets.map((target) => guessLambda(target, statistics));
    for (const found of [
      guesses([{ psnr: 15 }, { psnr: 25 }, { psnr: 35 }]),
      guesses([{ bytes: 2 }, { bytes: 9 }, { bytes: 40 }]),
    ])
      expect(found).toEqual([...found].sort((a, b) => a - b));
  });

  it('moves all lambdas by one factor, for the images', () => {
    const { rate } = parseRecipe({ rate: { lambdas: [60, 190, 600], target: { psnr: 20 } } });
    const images = noise(200);
    for (const variance of patchVariances(images, 4)) expect(variance).toBeGreaterThan(0.04);
    const { lambdas } = startedRate(rate!, images, 4);
    const guess = guessLambda({ psnr: 20 }, { variances: patchVariances(images, 4), patches: 4 });
    expect(lambdas[1]! / guess).toBeCloseTo(1, 2);
    expect(lambdas[2]! / lambdas[0]!).toBeCloseTo(10, 0);
    expect(startedRate({ ...rate!, target: null }, images, 4).lambdas).toEqual([60, 190, 600]);
  });
});
