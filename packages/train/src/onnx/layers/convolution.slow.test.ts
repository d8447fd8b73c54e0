import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../convert.js';
import { chain, checkParity, operators, randomizeWeights, tf } from '../fixtures.test.support.js';

const L = tf.layers;
const size = (min: number, max: number) => fc.integer({ min, max });
const padding = fc.constantFrom('same' as const, 'valid' as const);
/** Activations that treat every element, the last axis, and nothing. */
const activation = fc.constantFrom('relu' as const, 'softmax' as const, 'linear' as const);

const conv2dCase = fc.record({
  seed: fc.nat(1000),
  height: size(7, 12),
  width: size(7, 12),
  channels: size(1, 4),
  filters: size(1, 5),
  kernelSize: fc.tuple(size(1, 4), size(1, 4)),
  strides: fc.tuple(size(1, 3), size(1, 3)),
  dilation: size(1, 2),
  padding,
  useBias: fc.boolean(),
  activation,
});

describe('convolutions', () => {
  it('Conv2D equals tfjs over its options', async () => {
    const property = fc.asyncProperty(
      conv2dCase,
      async ({ seed, height, width, channels, dilation, ...rest }) => {
        // TensorFlow dilates with stride 1 only.
        const strides: [number, number] = dilation > 1 ? [1, 1] : rest.strides;
        const layer = L.conv2d({ ...rest, strides, dilationRate: dilation });
        await checkParity(chain([height, width, channels], layer), { seed });
      },
    );
    await fc.assert(property, { seed: 1, numRuns: 60 });
  });

  it('Conv2D with channelsFirst equals tfjs, and its graph transposes nothing', async () => {
    const property = fc.asyncProperty(
      conv2dCase,
      async ({ seed, height, width, channels, dilation: _, ...rest }) => {
        const layer = L.conv2d({ ...rest, dataFormat: 'channelsFirst' });
        const { converted } = await checkParity(chain([channels, height, width], layer), { seed });
        expect(operators(converted)).not.toContain('Transpose');
      },
    );
    await fc.assert(property, { seed: 2, numRuns: 15 });
  });

  it('Conv1D equals tfjs over its options', async () => {
    const shape = fc.record({
      seed: fc.nat(1000),
      length: size(6, 14),
      channels: size(1, 4),
      filters: size(1, 5),
    });
    const options = fc.record({ kernelSize: size(1, 4), strides: size(1, 3), padding, activation });
    const property = fc.asyncProperty(shape, options, async ({ seed, length, channels, filters }, rest) => {
      await checkParity(chain([length, channels], L.conv1d({ filters, ...rest })), { seed });
    });
    await fc.assert(property, { seed: 3, numRuns: 20 });
  });

  it('Conv1D dilates as tfjs does', async () => {
    await checkParity(
      chain([12, 3], L.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' })),
    );
  });

  it.each(['same', 'valid'] as const)('Conv3D with %s padding equals tfjs', async (mode) => {
    const layer = L.conv3d({ filters: 3, kernelSize: [3, 2, 3], strides: [2, 1, 2], padding: mode });
    await checkParity(chain([6, 5, 7, 2], layer));
  });

  it('DepthwiseConv2D equals tfjs over its options', async () => {
    const property = fc.asyncProperty(
      conv2dCase,
      size(1, 3),
      fc.boolean(),
      async (
        { seed, height, width, channels, filters: _f, dilation: _d, ...rest },
        depthMultiplier,
        first,
      ) => {
        // TensorFlow's kernel takes the same stride along both axes.
        const strides: [number, number] = [rest.strides[0], rest.strides[0]];
        const dataFormat = first ? ('channelsFirst' as const) : ('channelsLast' as const);
        const layer = L.depthwiseConv2d({ ...rest, strides, depthMultiplier, dataFormat });
        const shape = first ? [channels, height, width] : [height, width, channels];
        await checkParity(chain(shape, layer), { seed });
      },
    );
    await fc.assert(property, { seed: 4, numRuns: 30 });
  });

  it('DepthwiseConv2D leaves dilationRate out, as tfjs does', async () => {
    await checkParity(
      chain([9, 9, 2], L.depthwiseConv2d({ kernelSize: 3, dilationRate: 2, padding: 'same' })),
    );
  });

  it('SeparableConv2D equals tfjs over its options', async () => {
    const property = fc.asyncProperty(
      conv2dCase,
      size(1, 3),
      async ({ seed, height, width, channels, dilation: _, ...rest }, depthMultiplier) => {
        const strides: [number, number] = [rest.strides[0], rest.strides[0]];
        const layer = L.separableConv2d({ ...rest, strides, depthMultiplier });
        await checkParity(chain([height, width, channels], layer), { seed });
      },
    );
    await fc.assert(property, { seed: 5, numRuns: 20 });
  });

  it('SeparableConv2D with channelsFirst activates along the channels', async () => {
    const options = { filters: 4, kernelSize: 3, dataFormat: 'channelsFirst', useBias: false } as const;
    await checkParity(chain([3, 7, 8], L.separableConv2d({ ...options, activation: 'softmax' })));
    const biased = chain([3, 7, 8], L.separableConv2d({ ...options, useBias: true }));
    expect(() => convertModel(biased)).toThrow(/SeparableConv2D.*bias with channelsFirst/);
  });

  it('pads explicitly wherever the sizes are known', () => {
    const layer = L.conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' });
    const { graph } = convertModel(randomizeWeights(chain([8, 9, 1], layer), 1));
    expect(graph.nodes[0]?.attributes.pads).toEqual({ kind: 'ints', value: [0, 1, 1, 1] });
    expect(graph.nodes[0]?.attributes.auto_pad).toBeUndefined();
  });

  it('pads right at every size where height and width are open', async () => {
    const layers = [
      L.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
      L.conv2d({ filters: 2, kernelSize: 4, strides: 3, padding: 'same' }),
      L.conv2d({ filters: 2, kernelSize: 2, strides: 1, padding: 'same' }),
      L.conv2d({ filters: 2, kernelSize: 1, strides: 2, padding: 'same' }),
    ];
    const sizes = [7, 8, 9, 10, 11, 12, 13].map((height, i) => ({ height, width: 20 - i }));
    const { converted } = await checkParity(chain([null, null, 2], ...layers), { sizes });
    expect(converted.outputs[0]?.shape).toEqual(['batch', 2, 'ceil(height/12)', 'ceil(width/12)']);
  });

  it('refuses an input that the kernel does not fit into', () => {
    const model = chain(
      [16, 16, 1],
      L.conv2d({ filters: 1, kernelSize: 5 }),
      L.maxPooling2d({ poolSize: 2 }),
    );
    expect(convertModel(model).outputs[0]?.shape).toEqual(['batch', 1, 6, 6]);
    const small = chain([3, 3, 1], L.conv2d({ name: 'wide', filters: 1, kernelSize: 5 }));
    expect(() => convertModel(small)).toThrow(
      /"wide" \(Conv2D\): nothing is left of an input of batch×1×3×3/,
    );
  });
});
