import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../bundle/manifest.js';
import { createCodedBundle } from '../../testing/coded-bundle.js';
import { lambdaAt } from './lambda.js';

async function manifestWith(gains: boolean, rate: unknown): Promise<Manifest> {
  const { manifest } = await createCodedBundle({ gains });
  return { ...manifest, training: { rate } };
}

describe('the lambda of a quality', () => {
  it('is the one that the quality was trained with', async () => {
    const manifest = await manifestWith(true, { lambdas: [10, 20, 40, 80] });
    expect([0, 1, 2, 3].map((quality) => lambdaAt(manifest, quality))).toEqual([10, 20, 40, 80]);
  });

  it('falls with the square of a lattice’s step, from the steps that it was trained for', async () => {
    // Multipliers 16, 6, 3, 1.
    const manifest = await manifestWith(false, { lambda: 90, multipliers: [9, 4] });
    const lambdas = [0, 1, 2, 3].map((quality) => lambdaAt(manifest, quality));
    expect(lambdas[1]).toBeCloseTo(90, 9);
    expect(lambdas[3]).toBeCloseTo(90 * 36, 6);
    expect(lambdas[0]).toBeCloseTo((90 * 36) / 256, 9);
  });

  it.each([
    [true, undefined],
    [true, { lambdas: [10, 20, 40] }],
    [true, { lambdas: [10, 20, 40, -1] }],
    [true, { lambdas: [10, 20, 40, '80'] }],
    [true, { lambda: 10, multipliers: [8] }],
    [false, { lambda: 10 }],
    [false, { lambda: 10, multipliers: [] }],
    [false, { lambda: Number.NaN, multipliers: [8] }],
    [false, { lambda: 1e308, multipliers: [1e300] }],
    [false, { lambdas: [10, 20, 40, 80] }],
  ])('is unknown where the manifest does not tell it: gains %s, %o', async (gains, rate) => {
    const manifest = await manifestWith(gains, rate);
    expect(() => lambdaAt(manifest, 1)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('effort 0') }),
    );
  });
});
