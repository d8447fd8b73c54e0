import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convertCommand } from './convert-command.js';
import { chain, randomizeWeights, tf } from './fixtures.test.support.js';

const L = tf.layers;
let folder: string;
let modelJsonPath: string;
let output: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-convert-'));
  modelJsonPath = join(folder, 'saved', 'model.json');
  output = join(folder, 'out', 'model.onnx');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function save(model: LayersModel): Promise<void> {
  await randomizeWeights(model, 1).save(`file://${join(folder, 'saved')}`);
}

const small = () =>
  chain(
    [8, 8, 3],
    L.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }),
    L.leakyReLU(),
    L.maxPooling2d({ poolSize: 2 }),
  );

interface SavedModel {
  readonly modelTopology: { readonly config: { readonly layers: { readonly config: object }[] } };
  readonly weightsManifest: [{ readonly paths: string[] }];
}

/** Changes the saved model.json. */
async function edit(change: (json: SavedModel) => void): Promise<void> {
  const json = JSON.parse(await readFile(modelJsonPath, 'utf8')) as SavedModel;
  change(json);
  await writeFile(modelJsonPath, JSON.stringify(json));
}

const refuses = async (code: string, message: RegExp) => {
  await expect(convertCommand({ modelJsonPath, output })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(await readdir(folder)).not.toContain('out');
};

describe('convertCommand', () => {
  it('converts a saved model, checks it and writes the file', async () => {
    await save(small());
    const summary = await convertCommand({ modelJsonPath, output, name: 'net' });
    expect(summary).toMatchObject({
      nodes: 3,
      parameters: 112,
      check: { backend: 'tensorflow', sizes: [{}] },
    });
    expect((await stat(output)).size).toBe(summary.bytes);
    expect(await readdir(join(folder, 'out'))).toEqual(['model.onnx']);
  });

  it('opens height and width and checks several sizes', async () => {
    await save(small());
    const { check, inputs } = await convertCommand({ modelJsonPath, output, dynamicSize: true });
    expect(inputs[0]?.shape).toEqual(['batch', 3, 'height', 'width']);
    expect(check?.sizes).toEqual([
      { height: 8, width: 8 },
      { height: 8, width: 16 },
    ]);
  });

  it('checks models without a fixed size', async () => {
    await save(chain([null, null, 1], L.conv2d({ filters: 2, kernelSize: 5, strides: 2, padding: 'same' })));
    const { check } = await convertCommand({ modelJsonPath, output });
    expect(check?.sizes).toHaveLength(2);
  });

  it('checks with plain JavaScript what TensorFlow has no kernel for', async () => {
    await save(small());
    // Which kernels TensorFlow has depends on the processor, so one is taken away.
    const kernel = tf.getKernel('LeakyRelu', 'tensorflow');
    tf.unregisterKernel('LeakyRelu', 'tensorflow');
    try {
      const { check } = await convertCommand({ modelJsonPath, output });
      expect(check?.backend).toBe('cpu');
      expect(tf.getBackend()).toBe('tensorflow');
    } finally {
      tf.registerKernel(kernel);
    }
  });

  it('writes without a check when asked', async () => {
    await save(small());
    const { check } = await convertCommand({ modelJsonPath, output, check: false });
    expect(check).toBeNull();
  });

  it('says what is missing or wrong with the files', async () => {
    await refuses('NOT_FOUND', /model\.json cannot be read/);
    await mkdir(join(folder, 'saved'));
    await writeFile(modelJsonPath, 'rubbish');
    await refuses('DATA_INVALID', /is not JSON/);
    await writeFile(modelJsonPath, '[1, 2]');
    await refuses('DATA_INVALID', /not a TensorFlow.js Layers model/);
    await writeFile(modelJsonPath, JSON.stringify({ format: 'graph-model', modelTopology: { node: [] } }));
    await refuses('UNSUPPORTED', /GraphModel; only Layers models/);
  });

  it('says when weights are missing, cut off or too many', async () => {
    await save(small());
    const weights = join(folder, 'saved', 'weights.bin');
    const { size } = await stat(weights);
    await truncate(weights, size - 3);
    await refuses('DATA_TRUNCATED', /need 448 bytes, but weights.bin holds 445/);
    await writeFile(weights, new Uint8Array(size + 4));
    await refuses('DATA_INVALID', /need 448 bytes, but weights.bin holds 452/);
    await rm(weights);
    await refuses('NOT_FOUND', /weights.bin cannot be read/);
  });

  it('reads weights in several files, and none outside of the folder', async () => {
    await save(small());
    const bytes = await readFile(join(folder, 'saved', 'weights.bin'));
    await writeFile(join(folder, 'saved', 'a.bin'), bytes.subarray(0, 100));
    await writeFile(join(folder, 'saved', 'b.bin'), bytes.subarray(100));
    await edit((json) => Object.assign(json.weightsManifest[0], { paths: ['a.bin', 'b.bin'] }));
    expect((await convertCommand({ modelJsonPath, output })).parameters).toBe(112);
    await rm(join(folder, 'out'), { recursive: true });
    for (const path of ['../a.bin', '/etc/passwd', 'https://host/a.bin']) {
      await edit((json) => Object.assign(json.weightsManifest[0], { paths: [path] }));
      await refuses('DATA_INVALID', /lies outside/);
    }
  });

  it('names a layer that cannot be exported, even one that tfjs does not know', async () => {
    await save(chain([4, 3], L.simpleRNN({ name: 'memory', units: 2 })));
    await refuses('UNSUPPORTED', /"memory" is of the class SimpleRNN.*Supported layers/);
    await save(small());
    await edit((json) => {
      const { layers } = json.modelTopology.config;
      Object.assign(layers[1]!, { class_name: 'Lambda' });
    });
    await refuses('UNSUPPORTED', /is of the class Lambda/);
  });

  it('refuses sizes beyond the weights before anything of that size is allocated', async () => {
    await save(small());
    await edit((json) => {
      Object.assign(json.modelTopology.config.layers[1]!.config, { filters: 2 ** 40 });
    });
    await refuses(
      'DATA_INVALID',
      /has filters 1099511627776, but all weight files together hold 112 numbers/,
    );
  });

  it('says when the file cannot be written', async () => {
    await save(small());
    await writeFile(join(folder, 'file'), 'text');
    const failed = convertCommand({ modelJsonPath, output: join(folder, 'file', 'model.onnx') });
    await expect(failed).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    const taken = convertCommand({ modelJsonPath, output: join(folder, 'saved') });
    await expect(taken).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect((await readdir(folder)).sort()).toEqual(['file', 'saved']);
  });

  it('says when tfjs cannot build the model', async () => {
    await save(small());
    await edit((json) => {
      const { layers } = json.modelTopology.config;
      Object.assign(layers[1]!.config, { padding: 'sideways' });
    });
    await refuses('DATA_INVALID', /TensorFlow.js cannot load the model/);
  });

  it('writes nothing when the check fails', async () => {
    await save(small());
    const failed = convertCommand({ modelJsonPath, output, tolerance: -1 });
    await expect(failed).rejects.toMatchObject({ code: 'PARITY_FAILED' });
    expect(await readdir(folder)).toEqual(['saved']);
  });
});
