import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportBundle } from '../packages/train/src/bundle/export-bundle.js';
import { fuseTransposedConvolutions } from '../packages/train/src/bundle/fuse-transposed.js';
import { buildLayersNetwork } from '../packages/train/src/model/build.js';
import { initialParameters } from '../packages/train/src/model/initialise.js';
import { presetSpec } from '../packages/train/src/model/presets.js';
import { roundedParameters } from '../packages/train/src/model/round-weights.js';
import {
  chain,
  randomizeWeights,
  type Symbolic,
  tf,
} from '../packages/train/src/onnx/fixtures.test.support.js';
import { serializeGraph } from '../packages/train/src/onnx/graph/serialize.js';
import {
  type ConvertedModel,
  type ConvertOptions,
  convertModel,
  SUPPORTED_ACTIVATIONS,
  SUPPORTED_LAYERS,
} from '../packages/train/src/onnx/index.js';

/** Debian's python3-onnx belongs to the system's Python, whatever other Python is first on the path. */
const PYTHON = '/usr/bin/python3';
const checkerVersion = (): string | null => {
  const { status, stdout } = spawnSync(PYTHON, ['-c', 'import onnx; print(onnx.__version__)'], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : null;
};
const CHECKER = checkerVersion();
if (!CHECKER) {
  console.warn(
    'SKIPPED: the independent ONNX checker is not installed; "apt-get install python3-onnx" brings it',
  );
}

/** Checks every file and says of each what is wrong with it, or that nothing is. */
const SCRIPT = `
import json, sys, onnx
result = {}
for path in sys.argv[1:]:
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        ranks = [len(o.type.tensor_type.shape.dim) for o in inferred.graph.output]
        result[path] = {"error": None, "ir": model.ir_version, "opset": model.opset_import[0].version, "ranks": ranks}
    except Exception as error:
        result[path] = {"error": str(error)}
print(json.dumps(result))
`;

interface Verdict {
  readonly error: string | null;
  readonly ir?: number;
  readonly opset?: number;
  readonly ranks?: readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), 'convae-checker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function checkFiles(paths: readonly string[]): Record<string, Verdict> {
  const output = execFileSync(PYTHON, ['-c', SCRIPT, ...paths], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(output) as Record<string, Verdict>;
}

const L = tf.layers;
type Applied = Parameters<typeof chain>[1];
type Model = ReturnType<typeof chain>;

const image = (...layers: Applied[]): Model => chain([8, 9, 3], ...layers);
const open = (...layers: Applied[]): Model => chain([null, null, 3], ...layers);
const sequence = (...layers: Applied[]): Model => chain([6, 4], ...layers);
const volume = (...layers: Applied[]): Model => chain([4, 5, 6, 2], ...layers);

function merged(layer: { apply(inputs: Symbolic[]): unknown }): Model {
  const inputs = [tf.input({ shape: [4, 5, 3] }), tf.input({ shape: [4, 5, 3] })];
  return tf.model({ inputs, outputs: layer.apply(inputs) as Symbolic });
}

const strided = { filters: 4, kernelSize: 3, strides: 2, padding: 'same' } as const;

/** At least one model for every layer class. */
const LAYER_MODELS: Readonly<Record<string, () => Model>> = {
  Activation: () =>
    image(...SUPPORTED_ACTIVATIONS.map((name) => L.activation({ activation: name as 'relu' }))),
  Add: () => merged(L.add()),
  AlphaDropout: () => image(L.alphaDropout({ rate: 0.1 })),
  Average: () => merged(L.average()),
  AveragePooling1D: () => sequence(L.averagePooling1d({ poolSize: 2 })),
  AveragePooling2D: () => image(L.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  AveragePooling3D: () => volume(L.averagePooling3d({ poolSize: 2 })),
  BatchNormalization: () => image(L.batchNormalization(), L.batchNormalization({ axis: 1 })),
  Concatenate: () => merged(L.concatenate({ axis: 1 })),
  Conv1D: () => sequence(L.conv1d(strided)),
  Conv2D: () => image(L.conv2d({ ...strided, activation: 'softmax' })),
  Conv2DTranspose: () =>
    image(L.conv2dTranspose(strided), L.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3 })),
  Conv3D: () => volume(L.conv3d(strided)),
  Conv3DTranspose: () => volume(L.conv3dTranspose(strided)),
  Cropping2D: () =>
    image(
      L.cropping2D({
        cropping: [
          [1, 0],
          [0, 2],
        ],
      }),
    ),
  Dense: () => image(L.dense({ units: 4 }), L.flatten(), L.dense({ units: 3 })),
  DepthwiseConv2D: () => image(L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })),
  Dropout: () => image(L.dropout({ rate: 0.1 })),
  ELU: () => image(L.elu()),
  Embedding: () => chain([5], L.embedding({ inputDim: 4, outputDim: 3 })),
  Flatten: () => image(L.flatten()),
  GaussianDropout: () => image(L.gaussianDropout({ rate: 0.1 })),
  GaussianNoise: () => image(L.gaussianNoise({ stddev: 0.1 })),
  GlobalAveragePooling1D: () => sequence(L.globalAveragePooling1d()),
  GlobalAveragePooling2D: () => image(L.globalAveragePooling2d({})),
  GlobalMaxPooling1D: () => sequence(L.globalMaxPooling1d({})),
  GlobalMaxPooling2D: () => image(L.globalMaxPooling2d({})),
  InputLayer: () => image(L.reLU()),
  LayerNormalization: () => image(L.layerNormalization({ axis: [1, 3] })),
  LeakyReLU: () => image(L.leakyReLU()),
  MaxPooling1D: () => sequence(L.maxPooling1d({ poolSize: 2 })),
  MaxPooling2D: () => image(L.maxPooling2d({ poolSize: 2, padding: 'same' })),
  MaxPooling3D: () => volume(L.maxPooling3d({ poolSize: 2 })),
  Maximum: () => merged(L.maximum()),
  Minimum: () => merged(L.minimum()),
  Multiply: () => merged(L.multiply()),
  PReLU: () => image(L.prelu({ sharedAxes: [1, 2] }), L.prelu({})),
  Permute: () => image(L.permute({ dims: [2, 3, 1] })),
  ReLU: () => image(L.reLU({ maxValue: 6 }), L.reLU()),
  RepeatVector: () => chain([4], L.repeatVector({ n: 3 })),
  Rescaling: () => image(L.rescaling({ scale: 2, offset: 1 })),
  Reshape: () => image(L.reshape({ targetShape: [9, 24] }), L.reshape({ targetShape: [3, -1, 2] })),
  SeparableConv2D: () => image(L.separableConv2d(strided)),
  Softmax: () => image(L.softmax({ axis: -1 }), L.softmax({ axis: [1, 2] })),
  SpatialDropout1D: () => sequence(L.spatialDropout1d({ rate: 0.1 })),
  ThresholdedReLU: () => image(L.thresholdedReLU()),
  TimeDistributed: () => sequence(L.timeDistributed({ layer: L.dense({ units: 2 }) })),
  UpSampling2D: () => image(L.upSampling2d({}), L.upSampling2d({ interpolation: 'bilinear' })),
  ZeroPadding2D: () => image(L.zeroPadding2d({ padding: 2 })),
};

/** Models whose sizes are open. */
const OPEN_MODELS: Readonly<Record<string, () => Model>> = {
  convolution: () =>
    open(
      L.conv2d(strided),
      L.maxPooling2d({ poolSize: 3, strides: 2 }),
      L.averagePooling2d({ padding: 'same' }),
    ),
  transposed: () => open(L.conv2d(strided), L.conv2dTranspose(strided), L.upSampling2d({})),
  borders: () =>
    open(L.zeroPadding2d({ padding: 1 }), L.cropping2D({ cropping: 1 }), L.globalMaxPooling2d({})),
  sequence: () => open(L.reshape({ targetShape: [-1, 3] }), L.dense({ units: 2 })),
};

function write(name: string, { bytes }: Pick<ConvertedModel, 'bytes'>): string {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, bytes);
  return path;
}

const convert = (make: () => Model, options: ConvertOptions = {}): ConvertedModel =>
  convertModel(randomizeWeights(make(), 1), options);

function expectSound(paths: readonly string[], ranks: readonly (readonly number[])[]): void {
  const verdicts = checkFiles(paths);
  paths.forEach((path, i) => {
    expect({ path, ...verdicts[path] }).toEqual({ path, error: null, ir: 8, opset: 17, ranks: ranks[i] });
  });
}

const outputRanks = ({ outputs }: ConvertedModel): number[] => outputs.map(({ shape }) => shape.length);

describe.skipIf(!CHECKER)(
  `the independent ONNX checker${CHECKER ? '' : ' (python3-onnx is not installed)'}`,
  () => {
    it('has a model for every layer class', () => {
      expect(Object.keys(LAYER_MODELS).sort()).toEqual([...SUPPORTED_LAYERS]);
    });

    it.each([
      ['every layer', LAYER_MODELS],
      ['open sizes', OPEN_MODELS],
    ])('finds nothing wrong with the graphs of %s', (kind, models) => {
      const converted = Object.entries(models).map(
        ([name, make]) => [`${kind}-${name}`, convert(make)] as const,
      );
      const paths = converted.map(([name, model]) => write(name, model));
      expectSound(
        paths,
        converted.map(([, model]) => outputRanks(model)),
      );
    });

    it('finds nothing wrong with a fused decoder', () => {
      const up = (filters: number) =>
        L.conv2dTranspose({ filters, kernelSize: 2, strides: 2, activation: 'relu' });
      const plain = convert(() => open(up(8), up(1)));
      const bytes = serializeGraph(fuseTransposedConvolutions(plain.graph)!, '');
      expectSound([write('fused', { bytes })], [[4]]);
    });

    it.each([true, false])(
      'finds nothing wrong with the graphs of a bundle (optimize: %s)',
      async (optimize) => {
        const down = () =>
          L.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' });
        const up = (filters: number) =>
          L.conv2dTranspose({ filters, kernelSize: 2, strides: 2, activation: 'sigmoid' });
        const outDir = join(folder, `bundle-${optimize}`);
        await exportBundle({
          tf,
          encoder: randomizeWeights(chain([28, 28, 1], down(), down()), 1),
          decoder: randomizeWeights(chain([7, 7, 4], up(8), up(1)), 2),
          outDir,
          samples: { data: new Uint8Array(2 * 784).fill(99), count: 2, height: 28, width: 28, channels: 1 },
          name: 'checked',
          architecture: {},
          training: {},
          metrics: {},
          anySize: true,
          optimize,
        });
        expectSound([join(outDir, 'encoder.onnx'), join(outDir, 'decoder.onnx')], [[4], [4]]);
      },
    );

    it('finds nothing wrong with weights in eight bits', () => {
      const spec = presetSpec('dense-64', { channels: 3, height: 12, width: 12 });
      const values = roundedParameters(spec, initialParameters(spec, { seed: 1, meanPixel: 0.5 }));
      const network = buildLayersNetwork(tf, spec, values);
      const parts = [network.encoder, network.decoder].map((model) => convertModel(model));
      network.dispose();
      for (const { bytes } of parts) expect(Buffer.from(bytes).includes('/int8')).toBe(true);
      expectSound(
        parts.map((part, i) => write(`int8-${i}`, part)),
        parts.map(outputRanks),
      );
    });

    it('finds what is wrong with a broken graph', () => {
      const { graph } = convert(() => image(L.conv2d(strided)));
      const outputs = graph.outputs.map((output) => ({ ...output, shape: ['batch', 4, 4, 4] }));
      const path = write('broken', { bytes: serializeGraph({ ...graph, outputs }, '') });
      expect(checkFiles([path])[path]?.error).toMatch(/shape|dim/i);
    });
  },
);
