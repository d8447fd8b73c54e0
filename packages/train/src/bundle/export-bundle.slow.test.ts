import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import { type ImageBatch, manifestSchemaOf } from '@convae/runtime/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildLayersNetwork } from '../model/build.js';
import { initialParameters } from '../model/initialise.js';
import { kltGain, kltStart } from '../model/klt.js';
import { presetSpec } from '../model/presets.js';
import { chain, randomizeWeights, tf } from '../onnx/fixtures.test.support.js';
import { uniformRandom } from '../onnx/parity/random-feeds.js';
import { type ExportBundleOptions, exportBundle } from './export-bundle.js';

const L = tf.layers;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-bundle-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function images(channels: number): ImageBatch {
  const random = uniformRandom(5);
  const data = Uint8Array.from({ length: 3 * 28 * 28 * channels }, () => Math.floor(random() * 256));
  return { data, count: 3, height: 28, width: 28, channels };
}

function convolutional(channels = 1): { encoder: LayersModel; decoder: LayersModel } {
  const conv = (filters: number) => L.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' });
  const pool = () => L.maxPooling2d({ poolSize: 2 });
  const up = (filters: number, activation: 'relu' | 'sigmoid') =>
    L.conv2dTranspose({ filters, kernelSize: 2, strides: 2, activation });
  return {
    encoder: randomizeWeights(chain([28, 28, channels], conv(16), pool(), conv(4), pool()), 1),
    decoder: randomizeWeights(chain([7, 7, 4], up(16, 'relu'), up(channels, 'sigmoid')), 2),
  };
}

const options = (
  models: { encoder: LayersModel; decoder: LayersModel },
  channels = 1,
): ExportBundleOptions => ({
  tf,
  ...models,
  outDir: join(folder, 'bundle'),
  samples: images(channels),
  name: 'tiny',
  architecture: { preset: 'reference' },
  training: { epochs: 1 },
  metrics: { validationMse: 0.5 },
  anySize: true,
});

describe('exportBundle', () => {
  it.each([1, 3])('writes graphs and manifest of a network with %s channels', async (channels) => {
    const { manifest, parity } = await exportBundle(options(convolutional(channels), channels));
    const files = await readdir(join(folder, 'bundle'));
    expect(files.sort()).toEqual(['decoder.onnx', 'encoder.onnx', 'manifest.json']);
    const written = JSON.parse(await readFile(join(folder, 'bundle', 'manifest.json'), 'utf8'));
    expect(written).toEqual(manifest);
    expect(manifestSchemaOf(1).safeParse(written).success).toBe(true);
    expect(written).toMatchObject({
      image: { channels, height: 28, width: 28, anySize: true, multiple: 4 },
      latent: { channels: 4, height: 7, width: 7 },
      encoder: {
        input: { name: 'image', shape: ['batch', channels, 'height', 'width'] },
        output: { name: 'latent', shape: ['batch', 4, 'floor(height/4)', 'floor(width/4)'] },
      },
      decoder: {
        form: 'plain',
        output: { name: 'image', shape: ['batch', channels, '4*height', '4*width'] },
      },
    });
    for (const part of ['encoder', 'decoder']) {
      const bytes = await readFile(join(folder, 'bundle', written[part].file));
      expect(written[part].sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(written[part].bytes).toBe(bytes.length);
    }
    expect(Math.max(parity.encoder, parity.decoder)).toBeLessThanOrEqual(1e-5);
  });

  it('keeps a golden vector, by which a codec sees that it is not the graphs', async () => {
    const { outDir, manifest } = await exportBundle(options(convolutional(1)));
    const { latent, reconstruction } = manifest.probe!;
    expect([latent.length, reconstruction.length]).toEqual([64, 64]);
    expect(new Set(reconstruction).size).toBeGreaterThan(10);
    await (await loadCodec(outDir)).dispose();
    const probe = { latent: latent.map((value) => value + 1), reconstruction };
    await writeFile(join(outDir, 'manifest.json'), JSON.stringify({ ...manifest, probe }));
    await expect(loadCodec(outDir)).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      message: expect.stringContaining('golden vector'),
    });
  });

  it('measures the fused decoder when asked and says which form was taken', async () => {
    const { decoder, manifest } = await exportBundle({ ...options(convolutional()), optimize: true });
    const { plain, fused } = decoder.milliseconds!;
    expect(decoder.form).toBe(fused <= plain * 0.95 ? 'fused' : 'plain');
    expect(manifest.decoder).toMatchObject({ form: decoder.form });
    const graph = await readFile(join(folder, 'bundle', 'decoder.onnx'), 'latin1');
    expect(graph.includes('DepthToSpace')).toBe(decoder.form === 'fused');
  });

  it('exports linear transforms beside the blocks, any size', async () => {
    const image = { channels: 1, height: 28, width: 28 } as const;
    const spec = presetSpec('patch-4', image);
    const linear = kltStart(images(1), { side: 4, latents: 10 }, kltGain(60));
    const network = buildLayersNetwork(
      tf,
      spec,
      initialParameters(spec, { seed: 1, meanPixel: 0.5, linear }),
    );
    const { parity } = await exportBundle({ ...options(network), optimize: true });
    network.dispose();
    expect(Math.max(parity.encoder, parity.decoder)).toBeLessThan(1e-4);
    const codec = await loadCodec(join(folder, 'bundle'));
    const larger = { ...images(1), count: 1, height: 56, width: 40 };
    const { images: decoded } = await codec.roundTrip({
      ...larger,
      data: images(1).data.subarray(0, 56 * 40),
    });
    await codec.dispose();
    expect(decoded).toMatchObject({ count: 1, height: 56, width: 40 });
  });

  it('exports a latent vector as N×c×1×1', async () => {
    const encoder = chain([28, 28, 1], L.flatten(), L.dense({ units: 5 }));
    const decoder = chain(
      [5],
      L.dense({ units: 784, activation: 'sigmoid' }),
      L.reshape({ targetShape: [28, 28, 1] }),
    );
    const models = { encoder: randomizeWeights(encoder, 1), decoder: randomizeWeights(decoder, 2) };
    const { manifest } = await exportBundle({ ...options(models), anySize: false });
    expect(manifest.latent).toEqual({ channels: 5, height: 1, width: 1 });
    expect(manifest.encoder.output.shape).toEqual(['batch', 5, 1, 1]);
    expect(manifest.image).toMatchObject({ anySize: false });
  });

  it('replaces an older bundle, and leaves a folder of other things alone', async () => {
    await exportBundle(options(convolutional()));
    await exportBundle({ ...options(convolutional()), name: 'newer' });
    const manifest = JSON.parse(await readFile(join(folder, 'bundle', 'manifest.json'), 'utf8'));
    expect(manifest.name).toBe('newer');
    expect(await readdir(folder)).toEqual(['bundle']);
    await writeFile(join(folder, 'precious.txt'), 'text');
    const other = exportBundle({ ...options(convolutional()), outDir: folder });
    await expect(other).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect((await readdir(folder)).sort()).toEqual(['bundle', 'precious.txt']);
  });

  it('writes nothing when the graphs are not those of the models', async () => {
    const failed = exportBundle({ ...options(convolutional()), tolerance: -1 });
    await expect(failed).rejects.toMatchObject({ code: 'PARITY_FAILED' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses samples of another size, a manifest that breaks its schema, and any size with dense layers', async () => {
    const models = convolutional();
    const wrong = { ...options(models), samples: images(3) };
    await expect(exportBundle(wrong)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    await expect(exportBundle({ ...options(models), name: '' })).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
    });
    const encoder = chain([28, 28, 1], L.flatten(), L.dense({ units: 5 }));
    await expect(exportBundle(options({ ...models, encoder }))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
