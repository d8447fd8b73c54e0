import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../onnx/convert.js';
import { chain, randomizeWeights, tf } from '../onnx/fixtures.test.support.js';
import { serializeGraph } from '../onnx/graph/serialize.js';
import { randomFeeds } from '../onnx/parity/random-feeds.js';
import { verifyParity } from '../onnx/parity/verify.js';
import { fuseTransposedConvolutions } from './fuse-transposed.js';

const L = tf.layers;
const ACTIVATIONS = ['relu', 'sigmoid', 'tanh', 'elu', 'linear', 'relu6', 'softplus'] as const;

const blockwise = (filters: number, size: number, activation: (typeof ACTIVATIONS)[number], useBias = true) =>
  L.conv2dTranspose({ filters, kernelSize: size, strides: size, activation, useBias });

async function checkFused(model: ReturnType<typeof chain>, seed: number): Promise<string[]> {
  const converted = convertModel(randomizeWeights(model, seed));
  const fused = fuseTransposedConvolutions(converted.graph)!;
  const feeds = randomFeeds(converted.inputs, { seed, batch: 3 });
  await verifyParity({ tf, model, converted, bytes: serializeGraph(fused, ''), feeds });
  model.dispose();
  return fused.nodes.map(({ op }) => op);
}

describe('fused transposed convolutions', () => {
  it('equal tfjs for chains of any length, filters, sizes and activations', async () => {
    const layer = fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(...ACTIVATIONS),
      fc.boolean(),
    );
    const layers = fc.array(layer, { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(layers, fc.nat(1000), async (list, seed) => {
      const ops = await checkFused(chain([3, 2, 2], ...list.map((options) => blockwise(...options))), seed);
      expect(ops).not.toContain('ConvTranspose');
      expect(ops.filter((op) => op === 'DepthToSpace')).toHaveLength(1);
    });
    await fc.assert(property, { seed: 1, numRuns: 30 });
  });

  it('turn the reference decoder into two convolutions and one DepthToSpace', async () => {
    const model = chain([7, 7, 4], blockwise(16, 2, 'relu'), blockwise(1, 2, 'sigmoid'));
    expect(await checkFused(model, 1)).toEqual(['Conv', 'Relu', 'Conv', 'DepthToSpace', 'Sigmoid']);
  });

  it('stand wherever the chain stands, several chains too', async () => {
    const dense = L.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
    const layers = [
      dense,
      blockwise(4, 2, 'relu'),
      L.maxPooling2d({ poolSize: 2 }),
      blockwise(2, 3, 'linear'),
    ];
    const ops = await checkFused(chain([4, 4, 2], ...layers), 2);
    expect(ops.filter((op) => op === 'DepthToSpace')).toHaveLength(2);
  });

  it('keep a tensor that something else reads as well', async () => {
    const input = tf.input({ shape: [3, 3, 2] });
    const first = blockwise(2, 2, 'relu').apply(input) as ReturnType<typeof tf.input>;
    const second = blockwise(1, 2, 'linear').apply(first) as typeof first;
    const ops = await checkFused(tf.model({ inputs: input, outputs: [first, second] }), 3);
    expect(ops.filter((op) => op === 'DepthToSpace')).toHaveLength(2);
  });

  it('do not exist where outputs overlap or blocks are not square', () => {
    const overlapping = chain([3, 3, 1], L.conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2 }));
    expect(fuseTransposedConvolutions(convertModel(overlapping).graph)).toBeNull();
    const oblong = chain([3, 3, 1], L.conv2dTranspose({ filters: 1, kernelSize: [2, 3], strides: [2, 3] }));
    expect(fuseTransposedConvolutions(convertModel(oblong).graph)).toBeNull();
  });
});
