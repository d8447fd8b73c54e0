import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { convertCommand } from './convert-command.js';
import { checkParity, operators, type Symbolic, tf } from './fixtures.test.support.js';

const L = tf.layers;
type Applicable = { apply(x: Symbolic | Symbolic[]): unknown };

/** Sends a tensor through layers. */
const through = (x: Symbolic, ...layers: Applicable[]): Symbolic =>
  layers.reduce<Symbolic>((current, layer) => layer.apply(current) as Symbolic, x);

const channelsOf = (x: Symbolic): number => x.shape[3]!;

/** A block of MobileNetV2, with the padding that Keras gives it. */
function invertedResidual(x: Symbolic, filters: number, strides: number): Symbolic {
  const channels = channelsOf(x);
  const spread = through(
    x,
    L.conv2d({ filters: channels * 4, kernelSize: 1, useBias: false }),
    L.batchNormalization(),
    L.reLU({ maxValue: 6 }),
  );
  const padded =
    strides === 2
      ? through(
          spread,
          L.zeroPadding2d({
            padding: [
              [0, 1],
              [0, 1],
            ] as never,
          }),
        )
      : spread;
  const output = through(
    padded,
    L.depthwiseConv2d({ kernelSize: 3, strides, padding: strides === 2 ? 'valid' : 'same', useBias: false }),
    L.batchNormalization(),
    L.reLU({ maxValue: 6 }),
    L.conv2d({ filters, kernelSize: 1, useBias: false }),
    L.batchNormalization(),
  );
  return strides === 1 && channels === filters ? (L.add().apply([x, output]) as Symbolic) : output;
}

function mobileNet(size: number | null) {
  const input = tf.input({ shape: [size, size, 3] });
  const stem = through(
    input,
    L.conv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
  );
  const blocks = [
    [8, 1],
    [12, 2],
    [12, 1],
    [16, 2],
    [16, 1],
  ] as const;
  const features = blocks.reduce<Symbolic>(
    (x, [filters, strides]) => invertedResidual(x, filters, strides),
    stem,
  );
  const head = through(
    features,
    L.globalAveragePooling2d({}),
    L.reshape({ targetShape: [1, 1, 16] }),
    L.dropout({ rate: 0.1 }),
    L.conv2d({ filters: 10, kernelSize: 1 }),
    L.reshape({ targetShape: [10] }),
    L.activation({ activation: 'softmax' }),
  );
  return tf.model({ inputs: input, outputs: head });
}

it('a MobileNet equals tfjs', async () => {
  await checkParity(mobileNet(64));
  const sizes = [
    { height: 64, width: 96 },
    { height: 50, width: 33 },
  ];
  await checkParity(mobileNet(null), { sizes });
});

/** Weighs the channels by a small dense network, as squeeze-and-excitation does. */
function excite(x: Symbolic): Symbolic {
  const channels = channelsOf(x);
  const weights = through(
    x,
    L.globalAveragePooling2d({}),
    L.dense({ units: 4, activation: 'relu' }),
    L.dense({ units: channels, activation: 'sigmoid' }),
    L.reshape({ targetShape: [1, 1, channels] }),
  );
  return L.multiply().apply([x, weights]) as Symbolic;
}

it('a U-Net with excited channels equals tfjs, also at sizes it was not built for', async () => {
  const input = tf.input({ shape: [16, 16, 3] });
  const skips: Symbolic[] = [];
  let x = input;
  for (const filters of [4, 8]) {
    x = excite(
      through(x, L.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'swish' as never })),
    );
    skips.push(x);
    x = through(x, L.maxPooling2d({ poolSize: 2 }));
  }
  for (const filters of [8, 4]) {
    const up = through(x, L.conv2dTranspose({ filters, kernelSize: 3, strides: 2, padding: 'same' }));
    const joined = L.concatenate().apply([up, skips.pop()!]) as Symbolic;
    const separable = L.separableConv2d({ filters, kernelSize: 3, padding: 'same', activation: 'elu' });
    x = through(joined, L.layerNormalization(), separable);
  }
  const output = through(x, L.conv2d({ filters: 3, kernelSize: 1, activation: 'sigmoid' }));
  const sizes = [
    { height: 16, width: 16 },
    { height: 20, width: 32 },
  ];
  const model = tf.model({ inputs: input, outputs: output });
  const { converted } = await checkParity(model, { convert: { dynamicSize: true }, sizes });
  expect(operators(converted).filter((op) => op === 'Transpose').length).toBeLessThanOrEqual(2);
});

/** A model as Keras for Python and its converter write it: other spelling of all keys, compressed weights. */
function kerasModel() {
  const shared = { trainable: true, dtype: 'float32' };
  const node = (name: string) => [[[name, 0, 0, {}]]];
  const layers = [
    {
      class_name: 'InputLayer',
      config: { name: 'image', batch_input_shape: [null, 8, 8, 1], dtype: 'float32' },
    },
    {
      class_name: 'Conv2D',
      config: {
        ...shared,
        ...{ name: 'conv2d', filters: 4, kernel_size: [3, 3], strides: [1, 1], padding: 'same', groups: 1 },
        ...{ data_format: 'channels_last', dilation_rate: [1, 1], activation: 'relu', use_bias: true },
        kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
      },
      inbound_nodes: node('image'),
    },
    {
      class_name: 'MaxPooling2D',
      config: { ...shared, name: 'pool', pool_size: [2, 2], padding: 'valid', strides: [2, 2] },
      inbound_nodes: node('conv2d'),
    },
    { class_name: 'Flatten', config: { ...shared, name: 'flatten' }, inbound_nodes: node('pool') },
    {
      class_name: 'Dense',
      config: { ...shared, name: 'dense', units: 3, activation: 'hard_sigmoid', use_bias: true },
      inbound_nodes: node('flatten'),
    },
  ].map((layer) => ({ inbound_nodes: [], ...layer, name: layer.config.name }));
  const config = { name: 'model', layers, input_layers: [['image', 0, 0]], output_layers: [['dense', 0, 0]] };
  return {
    keras_version: '2.9.0',
    backend: 'tensorflow',
    model_config: { class_name: 'Functional', config },
  };
}

it('a model written by Keras, with quantized weights, converts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'convae-keras-'));
  const quantization = { min: -0.5, scale: 0.004, dtype: 'uint8', original_dtype: 'float32' };
  const weights = [
    { name: 'conv2d/kernel', shape: [3, 3, 1, 4], dtype: 'float32', quantization },
    { name: 'conv2d/bias', shape: [4], dtype: 'float32' },
    {
      name: 'dense/kernel',
      shape: [64, 3],
      dtype: 'float32',
      quantization: { dtype: 'float16', original_dtype: 'float32' },
    },
    { name: 'dense/bias', shape: [3], dtype: 'float32' },
  ];
  const bytes = Buffer.concat([
    Uint8Array.from({ length: 36 }, (_, i) => (i * 37) % 256),
    new Uint8Array(Float32Array.of(0.1, 0.2, 0.3, 0.4).buffer),
    new Uint8Array(Uint16Array.from({ length: 192 }, (_, i) => 0x2800 + 31 * i).buffer),
    new Uint8Array(12),
  ]);
  const json = {
    format: 'layers-model',
    modelTopology: kerasModel(),
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  await writeFile(join(folder, 'w.bin'), bytes);
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
  const summary = await convertCommand({
    modelJsonPath: join(folder, 'model.json'),
    output: join(folder, 'm.onnx'),
  });
  expect(summary.outputs).toEqual([{ name: 'dense', type: 'float32', shape: ['batch', 3], axes: [0, 1] }]);
  expect(summary.check?.maxAbsDifference).toBeLessThan(1e-5);
  await rm(folder, { recursive: true });
});
