import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadBundle } from '@convae/runtime/core';
import { bundleFolder } from '@convae/runtime/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tritonModels, writeTritonRepository } from './triton.js';

const MODELS = fileURLToPath(new URL('../../../../models/', import.meta.url));
const model = (name: string): string => join(MODELS, name);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-triton-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeTritonRepository', () => {
  it('writes both graphs as they are, with the shapes of the manifest without the batch', async () => {
    const repository = join(folder, 'models');
    const names = await writeTritonRepository(model('photo'), repository);
    expect(names).toEqual(['photo-patch-8_encoder', 'photo-patch-8_decoder']);
    expect((await readdir(repository)).sort()).toEqual([...names].sort());
    for (const part of ['encoder', 'decoder']) {
      const own = join(repository, `photo-patch-8_${part}`);
      expect((await readdir(own)).sort()).toEqual(['1', 'config.pbtxt']);
      expect(await readFile(join(own, '1/model.onnx'))).toEqual(await readFile(model(`photo/${part}.onnx`)));
    }
    const config = await readFile(join(repository, 'photo-patch-8_encoder/config.pbtxt'), 'utf8');
    expect(config).toContain('input [ { name: "image" data_type: TYPE_FP32 dims: [ 3, -1, -1 ] } ]');
    expect(config).toContain('output [ { name: "latent" data_type: TYPE_FP32 dims: [ 64, -1, -1 ] } ]');
    expect(config).toMatch(/^dynamic_batching \{/m);
  });

  it('replaces its own models, leaves others alone and refuses to replace anything else', async () => {
    await mkdir(join(folder, 'resnet'));
    const names = await writeTritonRepository(model('mnist-reference'), folder);
    const config = join(folder, names[0]!, 'config.pbtxt');
    const before = await readFile(config, 'utf8');
    await writeFile(config, 'older');
    await writeTritonRepository(model('mnist-reference'), folder);
    expect(await readFile(config, 'utf8')).toBe(before);
    expect(await readdir(folder)).toHaveLength(3);
    await rm(config);
    await expect(writeTritonRepository(model('mnist-reference'), folder)).rejects.toThrowError(
      expect.objectContaining({ code: 'WRITE_FAILED' }),
    );
  });

  it('makes a folder’s name of any bundle’s name, and refuses a fixed batch size', async () => {
    const bundle = await loadBundle(bundleFolder(model('mnist-reference')));
    const named = { ...bundle, manifest: { ...bundle.manifest, name: '../my "photos"' } };
    expect(tritonModels(named).map(({ name }) => name)).toEqual([
      '___my__photos__encoder',
      '___my__photos__decoder',
    ]);
    const { encoder } = bundle.manifest;
    const fixed = { ...encoder, input: { ...encoder.input, shape: [1, 1, 28, 28] } };
    expect(() => tritonModels({ ...bundle, manifest: { ...bundle.manifest, encoder: fixed } })).toThrowError(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });

  it('writes nothing of a damaged bundle', async () => {
    const copy = join(folder, 'bundle');
    await mkdir(copy);
    for (const name of ['manifest.json', 'encoder.onnx', 'decoder.onnx', 'tables.bin'])
      await writeFile(join(copy, name), await readFile(model(`mnist-reference/${name}`)));
    await writeFile(join(copy, 'decoder.onnx'), 'damaged');
    await expect(writeTritonRepository(copy, join(folder, 'out'))).rejects.toThrowError(
      expect.objectContaining({ name: 'ConvaeError' }),
    );
    expect(await readdir(folder)).toEqual(['bundle']);
  });
});
