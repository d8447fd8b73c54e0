import { describe, expect, it } from 'vitest';
import { convertModel } from '../convert.js';
import { chain, randomizeWeights, tf } from '../fixtures.test.support.js';
import { serializeGraph } from '../graph/serialize.js';
import { randomFeeds } from './random-feeds.js';
import { verifyParity } from './verify.js';

const L = tf.layers;

function converted() {
  const layers = [
    L.conv2d({ name: 'first', filters: 3, kernelSize: 3 }),
    L.conv2d({ name: 'second', filters: 2, kernelSize: 3, activation: 'relu' }),
    L.conv2d({ name: 'third', filters: 1, kernelSize: 1 }),
  ];
  const model = randomizeWeights(chain([8, 8, 1], ...layers), 3);
  const result = convertModel(model);
  return { model, result, feeds: randomFeeds(result.inputs, { seed: 1, batch: 2 }) };
}

describe('verifyParity', () => {
  it('passes a right graph and says how far it is off', async () => {
    const { model, result, feeds } = converted();
    const report = await verifyParity({ tf, model, converted: result, feeds });
    expect(report.maxAbsDifference).toBeLessThan(1e-5);
    expect(report.outputs).toHaveLength(1);
  });

  it('names output, place and the first layer that differs', async () => {
    const { model, result, feeds } = converted();
    const kernel = result.graph.initializers.find(({ name }) => name === 'second/kernel');
    (kernel!.data as Float32Array)[4]! += 0.01;
    const broken = { ...result, bytes: serializeGraph(result.graph, '') };
    await expect(verifyParity({ tf, model, converted: broken, feeds })).rejects.toMatchObject({
      code: 'PARITY_FAILED',
      message: expect.stringMatching(
        /Output "third" differs by .* at index \d+: .*first layer that differs is "second" \(Conv2D\)/,
      ),
    });
  });

  it('fails on a declared size that is not the real one', async () => {
    const { model, result, feeds } = converted();
    const outputs = result.outputs.map((info) => ({ ...info, shape: ['batch', 1, 5, 4] }));
    const wrong = { ...result, outputs };
    await expect(verifyParity({ tf, model, converted: wrong, feeds })).rejects.toMatchObject({
      code: 'PARITY_FAILED',
      message: expect.stringContaining('declared as [batch,1,5,4], is [2,1,4,4]'),
    });
  });

  it('refuses feeds of other sizes', async () => {
    const { model, result, feeds } = converted();
    const [name] = Object.keys(feeds);
    const small = { [name!]: { data: new Float32Array(4), shape: [1, 1, 2, 2] } };
    await expect(verifyParity({ tf, model, converted: result, feeds: small })).rejects.toThrow(RangeError);
  });

  it('says when ONNX Runtime refuses a graph', async () => {
    const { model, result, feeds } = converted();
    const broken = { ...result, bytes: Uint8Array.of(1, 2, 3) };
    await expect(verifyParity({ tf, model, converted: broken, feeds })).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
    });
  });
});
