import { describe, expect, it } from 'vitest';
import { convertModel } from './convert.js';
import {
  chain,
  checkParity,
  operators,
  randomizeWeights,
  type Symbolic,
  tf,
} from './fixtures.test.support.js';

const L = tf.layers;
const conv = (filters: number, strides = 1) => L.conv2d({ filters, kernelSize: 3, strides, padding: 'same' });

describe('convertModel', () => {
  it('converts a Sequential classifier', async () => {
    const model = tf.sequential();
    model.add(L.conv2d({ inputShape: [12, 12, 1], filters: 4, kernelSize: 3, activation: 'relu' }));
    model.add(L.batchNormalization());
    model.add(L.maxPooling2d({ poolSize: 2 }));
    model.add(L.dropout({ rate: 0.5 }));
    model.add(L.flatten());
    model.add(L.dense({ units: 10, activation: 'softmax' }));
    const { converted } = await checkParity(model);
    expect(converted.inputs[0]?.shape).toEqual(['batch', 1, 12, 12]);
    expect(converted.outputs[0]?.shape).toEqual(['batch', 10]);
  });

  it('converts branches that are added and concatenated', async () => {
    const input = tf.input({ shape: [8, 8, 3] });
    const stem = conv(4).apply(input) as Symbolic;
    const residual = L.add().apply([stem, conv(4).apply(stem) as Symbolic]) as Symbolic;
    const joined = L.concatenate().apply([residual, stem, input]) as Symbolic;
    const { converted } = await checkParity(
      tf.model({ inputs: input, outputs: conv(2).apply(joined) as Symbolic }),
    );
    expect(operators(converted)).toEqual(['Conv', 'Conv', 'Add', 'Concat', 'Conv']);
  });

  it('converts a network of encoder, decoder and skips at open sizes', async () => {
    const input = tf.input({ shape: [null, null, 1] });
    const down = conv(4, 2).apply(input) as Symbolic;
    const deep = conv(6, 2).apply(down) as Symbolic;
    const up = L.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }).apply(deep) as Symbolic;
    const skip = L.concatenate().apply([up, down]) as Symbolic;
    const output = L.conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, padding: 'same' }).apply(
      skip,
    ) as Symbolic;
    const sizes = [
      { height: 8, width: 12 },
      { height: 16, width: 4 },
    ];
    const { converted } = await checkParity(tf.model({ inputs: input, outputs: output }), { sizes });
    expect(converted.inputs[0]?.shape).toEqual(['batch', 1, 'height', 'width']);
  });

  it('opens the sizes of a model that was built for one, when asked', async () => {
    const model = chain(
      [8, 8, 3],
      conv(4, 2),
      conv(2, 2),
      L.conv2dTranspose({ filters: 3, kernelSize: 4, strides: 4 }),
    );
    const sizes = [
      { height: 8, width: 8 },
      { height: 12, width: 20 },
      { height: 7, width: 9 },
    ];
    const { converted } = await checkParity(model, { convert: { dynamicSize: true }, sizes });
    expect(converted.outputs[0]?.shape).toEqual(['batch', 3, '4*ceil(height/4)', '4*ceil(width/4)']);
  });

  it('converts models nested in models, and uses shared layers twice with one set of weights', async () => {
    const inner = tf.sequential({ name: 'inner' });
    inner.add(
      L.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, padding: 'same', name: 'shared' }),
    );
    const outer = tf.sequential({ name: 'outer' });
    outer.add(inner);
    outer.add(L.activation({ activation: 'tanh' }));
    const [left, right] = [tf.input({ shape: [6, 6, 2] }), tf.input({ shape: [6, 6, 2] })];
    const sum = L.add().apply([outer.apply(left) as Symbolic, outer.apply(right) as Symbolic]) as Symbolic;
    const { converted } = await checkParity(tf.model({ inputs: [left, right], outputs: sum }));
    expect(operators(converted)).toEqual(['Conv', 'Tanh', 'Conv', 'Tanh', 'Add']);
    expect(converted.graph.initializers).toHaveLength(2);
    expect(new Set(converted.graph.nodes.map(({ name }) => name)).size).toBe(5);
  });

  it('converts a model that begins with a nested functional model', async () => {
    const makeEncoder = () => chain([8, 8, 1], conv(4, 2), conv(2, 2));
    const makeDecoder = () => chain([2, 2, 2], L.conv2dTranspose({ filters: 1, kernelSize: 4, strides: 4 }));
    const both = tf.sequential();
    both.add(makeEncoder());
    both.add(makeDecoder());
    await checkParity(both);
    const input = tf.input({ shape: [8, 8, 1] });
    const whole = makeDecoder().apply(makeEncoder().apply(input) as Symbolic) as Symbolic;
    await checkParity(tf.model({ inputs: input, outputs: whole }));
  });

  it('converts several outputs, outputs that feed others, and an output that is an input', async () => {
    const input = tf.input({ shape: [4, 4, 2], name: 'pixels' });
    const first = conv(3).apply(input) as Symbolic;
    const second = L.globalAveragePooling2d({}).apply(first) as Symbolic;
    const { converted } = await checkParity(tf.model({ inputs: input, outputs: [first, second, input] }));
    expect(converted.outputs.map(({ shape }) => shape.length)).toEqual([4, 2, 4]);
    expect(operators(converted)).toContain('Identity');
  });

  it('gives outputs that share one tensor a name each', async () => {
    const input = tf.input({ shape: [4] });
    const relu = L.reLU().apply(input) as Symbolic;
    const dropped = L.dropout({ rate: 0.5 }).apply(relu) as Symbolic;
    const { converted } = await checkParity(tf.model({ inputs: input, outputs: [relu, dropped] }));
    expect(new Set(converted.outputs.map(({ name }) => name)).size).toBe(2);
  });

  it('names graph, inputs and outputs as asked, even where a layer has that name', async () => {
    const model = chain(
      [4, 4, 1],
      L.conv2d({ name: 'latent', filters: 2, kernelSize: 1 }),
      L.reLU({ name: 'image' }),
    );
    const convert = { name: 'net', docString: 'words', inputNames: ['image'], outputNames: ['latent'] };
    const { converted } = await checkParity(model, { convert });
    expect(converted.graph).toMatchObject({ name: 'net', docString: 'words' });
    expect([converted.inputs[0]?.name, converted.outputs[0]?.name]).toEqual(['image', 'latent']);
    expect(converted.graph.nodes.map(({ name }) => name)).toEqual(['latent', 'image']);
  });

  it('raises vectors to N×C×1×1 when asked', async () => {
    const model = chain([5], L.dense({ units: 3 }));
    const { converted } = await checkParity(model, { convert: { raiseVectors: true } });
    expect(converted.inputs[0]?.shape).toEqual(['batch', 5, 1, 1]);
    expect(converted.outputs[0]?.shape).toEqual(['batch', 3, 1, 1]);
  });

  it('runs any batch, though the model was built for one', async () => {
    const input = tf.input({ batchShape: [7, 4, 4, 1] });
    const { converted } = await checkParity(
      tf.model({ inputs: input, outputs: conv(1).apply(input) as Symbolic }),
    );
    expect(converted.inputs[0]?.shape[0]).toBe('batch');
  });

  it('refuses names that do not fit', () => {
    const model = chain([4], L.dense({ units: 1 }));
    expect(() => convertModel(model, { inputNames: [] })).toThrow(RangeError);
    expect(() => convertModel(model, { outputNames: ['a', 'b'] })).toThrow(RangeError);
    expect(() => convertModel(model, { inputNames: ['x'], outputNames: ['x'] })).toThrow(RangeError);
  });

  it('refuses a layer it does not know, naming it, its class and what is supported', () => {
    const model = chain([4, 3], L.lstm({ name: 'memory', units: 2 }));
    expect(() => convertModel(model)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(
          /"memory" is of the class LSTM.*Supported layers: Activation.*Conv2D.*Supported activations: elu/,
        ),
      }),
    );
  });

  it('names the way to a layer in a nested model', () => {
    const inner = tf.sequential({ name: 'inner' });
    inner.add(L.gru({ name: 'memory', units: 2, inputShape: [4, 3] }));
    const outer = tf.sequential();
    outer.add(L.reLU({ inputShape: [4, 3] }));
    outer.add(inner);
    expect(() => convertModel(outer)).toThrow(/"inner\/memory" is of the class GRU/);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a weight of %s, naming it', (value) => {
    const model = randomizeWeights(chain([2], L.dense({ name: 'last', units: 2 })), 1);
    model.layers[1]?.setWeights([tf.tensor2d([1, 2, value, 4], [2, 2]), tf.tensor1d([0, 0])]);
    expect(() => convertModel(model)).toThrow(
      expect.objectContaining({
        code: 'NON_FINITE',
        message: expect.stringContaining('weight "kernel" of layer "last"'),
      }),
    );
  });

  it('refuses a model that is not built, and an open size without an image', () => {
    expect(() => convertModel(tf.sequential())).toThrow(/not built/);
    const vector = chain([4], L.dense({ units: 1 }));
    expect(() => convertModel(vector, { dynamicSize: true })).toThrow(/4-D input/);
  });
});
