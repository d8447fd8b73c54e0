import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { type BackendKind, loadBackend, type Tf } from '../../setup/backend.js';
import { COMPONENTS, initialMixture, MEAN_SCALE, mixtureBits } from './mixture.js';
import { FLOOR, plainMass } from './tiny-rate.test.support.js';

/** Steps to either side that are summed over. */
const REACH = 600;

/** Mixtures as they are learned: weights and sharpnesses in log2, means in MEAN_SCALE. */
function mixtures(count: number): number[][] {
  const random = createRandom(5);
  const draw = (middle: number, spread: number): number[] =>
    Array.from({ length: COMPONENTS }, () => middle + spread * (2 * random.uniform() - 1));
  const drawn = Array.from({ length: count }, () => [...draw(0, 4), ...draw(0, 6), ...draw(0.5, 3)]);
  return [initialMixture(), ...drawn];
}

describe.each<BackendKind>(['tensorflow', 'cpu'])('mixtureBits on %s', (kind) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await loadBackend(kind, { warn: () => undefined });
  });
  afterAll(() => loadBackend('tensorflow'));

  const bitsOf = (values: number[], outputs: number[], width: number): number[] =>
    tf.tidy(() => {
      const one = tf.tensor2d(outputs, [1, outputs.length]);
      return [...(mixtureBits(tf, tf.tensor1d(values), one, tf.scalar(width)).dataSync() as Float32Array)];
    });
  const steps = (width: number): number[] =>
    Array.from({ length: 2 * REACH + 1 }, (_, i) => (i - REACH) * width);

  it.each([0.5, 0.8, 1, 1.75])('gives probabilities that sum to 1 over all steps of %s', (width) => {
    for (const outputs of mixtures(6)) {
      const sum = bitsOf(steps(width), outputs, width).reduce((total, bits) => total + 2 ** -bits, 0);
      // Each of the steps has its floor on top of what is left of the mixture.
      expect(sum - (2 * REACH + 1) * FLOOR).toBeCloseTo(1 - FLOOR, 3);
    }
  });

  it.each([0.4, 1, 1.75])('equals the mixture computed in float64, at steps of %s', (width) => {
    for (const outputs of mixtures(6)) {
      const values = steps(width);
      const bits = bitsOf(values, outputs, width);
      const expected = values.map((v) => -Math.log2(plainMass(v, outputs, width) * (1 - FLOOR) + FLOOR));
      const errors = bits.map((found, i) => Math.abs(found - expected[i]!) / Math.max(1, expected[i]!));
      expect(Math.max(...errors)).toBeLessThan(2e-3);
    }
  });

  it('costs the floor and no more far out, whatever the network gives', () => {
    for (const far of [1e4, -1e6, 1e9]) {
      expect(bitsOf([far], initialMixture(), 1)[0]).toBeCloseTo(15, 3);
      const wild = [80, -80, 0, 1e4, -1e4, 0, 60, -90, 40];
      expect(bitsOf([far], wild, 1)[0]).toBeCloseTo(15, 3);
    }
  });

  it('has finite gradients far out and at sharp steps', () => {
    const values = tf.tensor1d([0, 3, -2000, 1e6]);
    const outputs = tf.tensor2d([40, 0, -40, 0, 1, -1, 30, -40, 6], [1, 9]);
    const loss = (v: typeof values, o: typeof outputs) => tf.sum(mixtureBits(tf, v, o, tf.scalar(1)));
    const gradients = tf.tidy(() =>
      tf
        .grads(loss as never)([values, outputs])
        .flatMap((g) => [...(g.dataSync() as Float32Array)]),
    );
    expect(gradients.every(Number.isFinite)).toBe(true);
    tf.dispose([values, outputs]);
  });

  it('is at least as wide at the start as latents spread', () => {
    const [middle, outer] = bitsOf([0, 3 * MEAN_SCALE], initialMixture(), 1);
    expect(middle).toBeLessThan(outer!);
    expect(outer).toBeLessThan(8);
  });
});
