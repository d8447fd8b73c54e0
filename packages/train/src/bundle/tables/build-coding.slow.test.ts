import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import {
  type ImageBatch,
  joinBatches,
  meanSquaredError,
  parseManifest,
  qualityCount,
  sliceBatch,
} from '@convae/runtime/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spread } from '../../dataset/split.js';
import { psnrFromMse } from '../../figures/psnr.js';
import { chain, randomizeWeights, tf } from '../../onnx/fixtures.test.support.js';
import { uniformRandom } from '../../onnx/parity/random-feeds.js';
import { type ExportBundleOptions, exportBundle } from '../export-bundle.js';

const L = tf.layers;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-tables-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A bright square on black at one of a few places, with some noise: places differ much. */
function squares(count: number, channels: number, seed: number): ImageBatch {
  const random = uniformRandom(seed);
  const data = new Uint8Array(count * 16 * 16 * channels);
  for (let image = 0; image < count; image++) {
    const [top, left] = [2 + Math.floor(random() * 4), 2 + Math.floor(random() * 4)];
    for (let y = top; y < top + 7; y++)
      for (let x = left; x < left + 7; x++)
        for (let c = 0; c < channels; c++)
          data[((image * 16 + y) * 16 + x) * channels + c] = 150 + Math.floor(100 * random());
  }
  return { data, count, height: 16, width: 16, channels };
}

/** Patterns on 4×4 pixels, orthonormal: flat, left to right, top to bottom (the first of the DCT). */
function pattern(kind: number, y: number, x: number): number {
  const wave = (at: number): number => Math.cos(((2 * at + 1) * Math.PI) / 8) * Math.SQRT2;
  return [1, wave(x), wave(y)][kind]! / 4;
}

/** A real autoencoder without training: blocks of 4×4 pixels become their patterns, or of RGB their means, and back. */
function convolutional(channels: number): Pick<ExportBundleOptions, 'encoder' | 'decoder'> {
  const weight = (y: number, x: number, channel: number, filter: number): number =>
    channels === 1 ? pattern(filter, y, x) : channel === filter ? pattern(0, y, x) : 0;
  const kernel = Array.from({ length: 48 * channels }, (_, i) => {
    const pixel = Math.floor(i / 3 / channels);
    return weight(Math.floor(pixel / 4), pixel % 4, Math.floor(i / 3) % channels, i % 3);
  });
  const shape = { kernelSize: 4, strides: 4, useBias: false };
  const encoder = chain([16, 16, channels], L.conv2d({ ...shape, filters: 3 }));
  const decoder = chain([4, 4, 3], L.conv2dTranspose({ ...shape, filters: channels }));
  // Height, width, input, output; of a transposed convolution height, width, output, input.
  for (const model of [encoder, decoder]) model.setWeights([tf.tensor(kernel, [4, 4, channels, 3])]);
  return { encoder, decoder };
}

function dense(): Pick<ExportBundleOptions, 'encoder' | 'decoder'> {
  const output = [L.dense({ units: 256, activation: 'sigmoid' }), L.reshape({ targetShape: [16, 16, 1] })];
  return {
    encoder: randomizeWeights(chain([16, 16, 1], L.flatten(), L.dense({ units: 6 })), 1),
    decoder: randomizeWeights(chain([6], ...output), 2),
  };
}

const options = (
  models: Pick<ExportBundleOptions, 'encoder' | 'decoder'>,
  channels = 1,
): ExportBundleOptions => ({
  tf,
  ...models,
  outDir: join(folder, 'bundle'),
  samples: squares(4, channels, 9),
  name: 'squares',
  architecture: {},
  training: {},
  metrics: {},
  anySize: true,
  tables: { training: squares(1500, channels, 1), validation: squares(300, channels, 2) },
});

describe('exportBundle with tables', () => {
  it.each([1, 3])('writes a bundle with %s channels that codes images it has not seen', async (channels) => {
    const { manifest, bytes, outDir } = await exportBundle(options(convolutional(channels), channels));
    expect((await readdir(outDir)).sort()).toEqual([
      'decoder.onnx',
      'encoder.onnx',
      'manifest.json',
      'tables.bin',
    ]);
    expect(bytes.tables).toBe((await stat(join(outDir, 'tables.bin'))).size);
    expect(parseManifest(await readFile(join(outDir, 'manifest.json')))).toMatchObject({
      quantizer: manifest.quantizer,
      tables: { file: 'tables.bin', bytes: bytes.tables },
    });
    await using codec = await loadCodec(outDir);
    const image = sliceBatch(squares(1, channels, 77), 0, 1);
    const { images } = await codec.roundTrip(image);
    const finest = qualityCount(manifest.quantizer!) - 1;
    const decoded = await codec.decode(await codec.encode(image, { quality: finest }));
    expect(meanSquaredError(images, decoded)).toBeLessThan(1e-3);
    const odd = { ...image, data: image.data.slice(0, 5 * 9 * channels), height: 5, width: 9 };
    expect(await codec.decode(await codec.encode(odd))).toMatchObject({ height: 5, width: 9, channels });
  });

  it('states rates that a container really has', async () => {
    const { manifest, outDir } = await exportBundle(options(convolutional(1)));
    await using codec = await loadCodec(outDir);
    const images = squares(300, 1, 2);
    for (const { quality, validationBytesPerImage, validationPsnr } of manifest.rates!) {
      const { bytes } = await codec.encodeContainer([images], { write: () => undefined }, { quality });
      // The header's count takes a byte more or less.
      expect(Math.abs(bytes / 300 - validationBytesPerImage)).toBeLessThan(0.02);
      const streams = await codec.encodeBatch(images, { quality });
      const decoded = await Promise.all(streams.map((stream) => codec.decode(stream)));
      expect(psnrFromMse(meanSquaredError(images, joinBatches(decoded)))).toBeCloseTo(validationPsnr!, 1);
    }
  });

  it('has a finest step that costs little, and coarser ones that save bytes', async () => {
    const { manifest, outDir } = await exportBundle(options(convolutional(1)));
    const rates = manifest.rates!;
    const sizes = rates.map((rate) => rate.validationBytesPerImage);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes[0]).toBeLessThan(0.8 * sizes.at(-1)!);
    await using codec = await loadCodec(outDir);
    const images = squares(300, 1, 2);
    const lossless = psnrFromMse(meanSquaredError(images, (await codec.roundTrip(images)).images))!;
    expect(lossless - rates.at(-1)!.validationPsnr!).toBeLessThan(0.08);
    expect(lossless - rates[manifest.quality!]!.validationPsnr!).toBeLessThan(0.35);
  });

  it('serves latent vectors, with one table each', async () => {
    const { outDir } = await exportBundle({ ...options(dense()), anySize: false });
    await using codec = await loadCodec(outDir);
    const image = squares(1, 1, 5);
    const bytes = await codec.encode(image);
    expect(bytes.length).toBeLessThan(12);
    expect(await codec.decode(bytes)).toMatchObject({ height: 16, width: 16 });
  });

  it('takes the steps that training decided, with tables for each quality', async () => {
    const steps = [
      [1, 0.5, 2],
      [0.25, 0.25, 0.5],
    ];
    const tables = { training: squares(1500, 1, 1), validation: squares(300, 1, 2), steps, quality: 0 };
    const { manifest, outDir } = await exportBundle({ ...options(convolutional(1)), tables });
    expect(manifest).toMatchObject({ version: '2.0', quantizer: { steps }, quality: 0 });
    const [coarse, fine] = manifest.rates!;
    expect(coarse!.validationBytesPerImage).toBeLessThan(0.8 * fine!.validationBytesPerImage);
    await using codec = await loadCodec(outDir);
    const image = squares(1, 1, 77);
    const sizes = await Promise.all(
      [0, 1].map(async (quality) => (await codec.encode(image, { quality })).length),
    );
    expect(sizes[0]).toBeLessThan(sizes[1]!);
  });

  it('takes offsets: a background between two symbols costs less as a symbol of its own', async () => {
    const { encoder, decoder } = convolutional(1);
    const bright = (images: ImageBatch): ImageBatch => ({ ...images, data: images.data.map((x) => 255 - x) });
    const [training, validation] = [bright(squares(1500, 1, 1)), bright(squares(300, 1, 2))];
    // White blocks of 4×4 are 4 in the first channel: 2.5 steps.
    const steps = [[1.6, 1, 1]];
    const sizes = [];
    for (const offsets of [undefined, [4, 0, 0]]) {
      const tables = { training, validation, steps, offsets };
      const exported = await exportBundle({ ...options({ encoder, decoder }), tables });
      expect(exported.manifest.quantizer).toEqual({ steps, ...(offsets && { offsets }) });
      await using codec = await loadCodec(exported.outDir);
      const [image] = [sliceBatch(validation, 0, 1)];
      const decoded = await codec.decode(await codec.encode(image));
      if (offsets) expect([...decoded.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
      sizes.push(exported.manifest.rates![0]!.validationBytesPerImage);
    }
    expect(sizes[1]).toBeLessThan(sizes[0]!);
  });

  it('leaves out channels whose symbols are nearly always 0, at that quality alone', async () => {
    const far = 1e5;
    const steps = [
      [1, far, 2],
      [0.25, 0.25, 0.5],
    ];
    const tables = { training: squares(60, 1, 1), steps };
    const { manifest, outDir } = await exportBundle({ ...options(convolutional(1)), tables });
    expect(manifest.quantizer!.steps).toEqual([[1, 0, 2], steps[1]]);
    await using codec = await loadCodec(outDir);
    expect(await codec.decode(await codec.encode(squares(1, 1, 3), { quality: 0 }))).toMatchObject({
      width: 16,
    });
  });

  it('refuses no images, and images of another size, and writes nothing', async () => {
    const training = squares(1, 1, 1);
    const none = { ...options(convolutional(1)), tables: { training: { ...training, count: 0 } } };
    await expect(exportBundle(none)).rejects.toThrow(RangeError);
    const wrong = { ...options(convolutional(1)), tables: { training: squares(4, 3, 1) } };
    await expect(exportBundle(wrong)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('spread', () => {
  it('takes images evenly from all', () => {
    const images = {
      data: Uint8Array.from({ length: 10 }, (_, i) => i),
      count: 10,
      height: 1,
      width: 1,
      channels: 1,
    };
    expect([...spread(images, 4).data]).toEqual([0, 2, 5, 7]);
    expect(spread(images, 10)).toBe(images);
  });
});
