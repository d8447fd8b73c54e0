import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain, checkParity, operators, tf } from '../fixtures.test.support.js';

const L = tf.layers;
const flags = fc.record({ seed: fc.nat(1000), center: fc.boolean(), scale: fc.boolean() });
const epsilon = fc.constantFrom(1e-3, 1e-5, 0.1);

describe('normalisation', () => {
  it('BatchNormalization equals tfjs over its options, axes and ranks', async () => {
    const place = fc.constantFrom(
      ...[[4], [4, 5], [4, 5, 3]].flatMap((shape) =>
        [-1, ...shape.map((_, i) => i + 1)].map((axis) => ({ shape, axis })),
      ),
    );
    const property = fc.asyncProperty(
      flags,
      epsilon,
      place,
      async ({ seed, ...rest }, eps, { shape, axis }) => {
        await checkParity(chain(shape, L.batchNormalization({ ...rest, axis, epsilon: eps })), { seed });
      },
    );
    await fc.assert(property, { seed: 1, numRuns: 40 });
  });

  it('BatchNormalization over channels is one node, at any size', async () => {
    const sizes = [{ height: 3, width: 5 }];
    const { converted } = await checkParity(chain([null, null, 3], L.batchNormalization({})), { sizes });
    expect(operators(converted)).toEqual(['BatchNormalization']);
  });

  it('LayerNormalization equals tfjs over its options, axes and ranks', async () => {
    const place = fc.constantFrom<{ shape: number[]; axis: number | number[] }>(
      { shape: [6], axis: -1 },
      { shape: [4, 6], axis: -1 },
      { shape: [4, 6], axis: 1 },
      { shape: [4, 5, 3], axis: -1 },
      { shape: [4, 5, 3], axis: [1, 2] },
      { shape: [4, 5, 3], axis: [2, 3] },
      { shape: [4, 5, 3], axis: [1, 2, 3] },
    );
    const property = fc.asyncProperty(
      flags,
      epsilon,
      place,
      async ({ seed, ...rest }, eps, { shape, axis }) => {
        await checkParity(chain(shape, L.layerNormalization({ ...rest, axis, epsilon: eps })), { seed });
      },
    );
    await fc.assert(property, { seed: 2, numRuns: 25 });
  });
});
