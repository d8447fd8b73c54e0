import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain, checkParity, tf } from '../fixtures.test.support.js';

const L = tf.layers;
const size = (min: number, max: number) => fc.integer({ min, max });

const options = fc.record({
  filters: size(1, 4),
  kernelSize: fc.tuple(size(1, 5), size(1, 5)),
  strides: fc.tuple(size(1, 4), size(1, 4)),
  padding: fc.constantFrom('same' as const, 'valid' as const),
  useBias: fc.boolean(),
  activation: fc.constantFrom('relu' as const, 'sigmoid' as const, 'linear' as const),
});
const shape = fc.record({ seed: fc.nat(1000), height: size(1, 6), width: size(1, 6), channels: size(1, 4) });

describe('transposed convolutions', () => {
  it('Conv2DTranspose equals tfjs over its options', async () => {
    const property = fc.asyncProperty(shape, options, async ({ seed, height, width, channels }, rest) => {
      await checkParity(chain([height, width, channels], L.conv2dTranspose(rest)), { seed });
    });
    await fc.assert(property, { seed: 1, numRuns: 80 });
  });

  it('Conv2DTranspose equals tfjs at sizes that are open', async () => {
    const property = fc.asyncProperty(shape, options, async ({ seed, height, width, channels }, rest) => {
      const sizes = [
        { height, width },
        { height: height + 1, width: width + 2 },
      ];
      await checkParity(chain([null, null, channels], L.conv2dTranspose(rest)), { seed, sizes });
    });
    await fc.assert(property, { seed: 2, numRuns: 20 });
  });

  it('Conv2DTranspose with channelsFirst equals tfjs', async () => {
    const layer = L.conv2dTranspose({
      filters: 3,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      dataFormat: 'channelsFirst',
    });
    await checkParity(chain([2, 4, 5], layer));
  });

  it('Conv3DTranspose equals tfjs', async () => {
    const layer = L.conv3dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'valid' });
    await checkParity(chain([3, 2, 4, 2], layer));
  });

  it('states the output size as an expression of the open input size', async () => {
    const layers = [1, 2].map(() => L.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 2 }));
    const sizes = [{ height: 3, width: 4 }];
    const { converted } = await checkParity(chain([null, null, 2], ...layers), { sizes });
    expect(converted.outputs[0]?.shape).toEqual(['batch', 2, '4*height', '4*width']);
  });
});
