import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain, checkParity, tf } from '../fixtures.test.support.js';

const L = tf.layers;
const size = (min: number, max: number) => fc.integer({ min, max });
const interpolation = fc.constantFrom('nearest' as const, 'bilinear' as const);
const image = fc.record({ seed: fc.nat(1000), height: size(1, 7), width: size(1, 7), channels: size(1, 3) });

describe('resizing', () => {
  it('UpSampling2D equals tfjs over its options', async () => {
    const options = fc.record({
      size: fc.tuple(size(1, 4), size(1, 4)),
      interpolation,
      dataFormat: fc.constantFrom('channelsLast' as const, 'channelsFirst' as const),
    });
    const property = fc.asyncProperty(image, options, async ({ seed, height, width, channels }, rest) => {
      const last = rest.dataFormat === 'channelsLast';
      const shape = last ? [height, width, channels] : [channels, height, width];
      await checkParity(chain(shape, L.upSampling2d(rest)), { seed });
    });
    await fc.assert(property, { seed: 1, numRuns: 40 });
  });

  it.each(['nearest', 'bilinear'] as const)('UpSampling2D (%s) equals tfjs at open sizes', async (mode) => {
    const sizes = [
      { height: 3, width: 5 },
      { height: 8, width: 2 },
    ];
    const layer = L.upSampling2d({ size: [2, 3], interpolation: mode });
    const { converted } = await checkParity(chain([null, null, 2], layer), { sizes });
    expect(converted.outputs[0]?.shape).toEqual(['batch', 2, '2*height', '3*width']);
  });
});
