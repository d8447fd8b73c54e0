import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain, checkParity, operators, tf } from '../fixtures.test.support.js';

const L = tf.layers;
const size = (min: number, max: number) => fc.integer({ min, max });
const poolCase = fc.record({
  seed: fc.nat(1000),
  height: size(5, 11),
  width: size(5, 11),
  channels: size(1, 3),
  poolSize: fc.tuple(size(1, 4), size(1, 4)),
  strides: fc.tuple(size(1, 4), size(1, 4)),
  padding: fc.constantFrom('same' as const, 'valid' as const),
  dataFormat: fc.constantFrom('channelsLast' as const, 'channelsFirst' as const),
});

describe('pooling', () => {
  it.each(['maxPooling2d', 'averagePooling2d'] as const)('%s equals tfjs over its options', async (kind) => {
    const property = fc.asyncProperty(poolCase, async ({ seed, height, width, channels, ...rest }) => {
      const last = rest.dataFormat === 'channelsLast';
      const shape = last ? [height, width, channels] : [channels, height, width];
      await checkParity(chain(shape, L[kind](rest)), { seed });
    });
    await fc.assert(property, { seed: 1, numRuns: 40 });
  });

  it.each(['maxPooling2d', 'averagePooling2d'] as const)('%s equals tfjs at open sizes', async (kind) => {
    const layer = L[kind]({ poolSize: 3, strides: 2, padding: 'same' });
    const sizes = [7, 8, 9].map((height) => ({ height, width: height + 3 }));
    await checkParity(chain([null, null, 2], layer), { sizes });
  });

  it.each(['maxPooling1d', 'averagePooling1d'] as const)('%s equals tfjs', async (kind) => {
    await checkParity(chain([9, 3], L[kind]({ poolSize: 3, strides: 2, padding: 'same' })));
    await checkParity(chain([9, 3], L[kind]({ poolSize: 2, padding: 'valid' })));
  });

  it.each(['maxPooling3d', 'averagePooling3d'] as const)('%s equals tfjs', async (kind) => {
    await checkParity(
      chain([5, 6, 7, 2], L[kind]({ poolSize: [2, 3, 2], strides: [2, 2, 1], padding: 'same' })),
    );
  });

  it.each(['globalAveragePooling2d', 'globalMaxPooling2d'] as const)('%s equals tfjs', async (kind) => {
    await checkParity(chain([5, 6, 3], L[kind]({})));
    await checkParity(chain([3, 5, 6], L[kind]({ dataFormat: 'channelsFirst' })));
    await checkParity(chain([null, null, 3], L[kind]({})), { sizes: [{ height: 4, width: 9 }] });
  });

  it.each(['globalAveragePooling1d', 'globalMaxPooling1d'] as const)('%s equals tfjs', async (kind) => {
    const layer = L[kind as 'globalAveragePooling1d']({});
    const { converted } = await checkParity(chain([7, 3], layer));
    expect(operators(converted)).toHaveLength(1);
  });
});
