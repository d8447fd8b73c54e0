import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as onnxruntime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../bundle/manifest.js';
import { compileKernels, createBuiltin } from '../provider/builtin/index.js';
import type { OrtModule } from '../provider/ort.js';
import { probeInput } from '../provider/probe.js';
import { disableTelemetry } from './telemetry.js';

disableTelemetry();
const models = new URL('../../../../models/', import.meta.url);
const builtin = createBuiltin(compileKernels);
const reference = onnxruntime as unknown as OrtModule;

/** How far results may lie apart, in parts of the largest (at least of 1). */
const TOLERANCE = 1e-5;

/** Some images: the probe image, each further one a little darker. */
function images(manifest: Manifest, count: number): Float32Array {
  const one = probeInput(manifest);
  return Float32Array.from({ length: count * one.length }, (_, i) => {
    const dark = 1 - Math.floor(i / one.length) / count;
    return one[i % one.length]! * dark;
  });
}

async function run(
  ort: OrtModule,
  folder: URL,
  graph: Manifest['encoder'],
  data: Float32Array,
  count: number,
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(readFileSync(new URL(graph.file, folder)), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const dims = [count, ...graph.input.shape.slice(1).map(Number)];
  const open = dims.findIndex(Number.isNaN);
  expect(open, 'sizes that the caller must give').toBeLessThan(0);
  const output = await session.run({ [graph.input.name]: new ort.Tensor('float32', data, dims) });
  await session.release();
  return output[graph.output.name]!.data as Float32Array;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / scale;
}

/** The graph's ends with the bundle's own size in the place of open ones. */
function fixed(manifest: Manifest, half: 'encoder' | 'decoder'): Manifest['encoder'] {
  const graph = manifest[half];
  const { channels, height, width } = half === 'encoder' ? manifest.image : manifest.latent;
  const shape =
    graph.input.shape.length === 2 ? [1, channels * height * width] : [1, channels, height, width];
  return { ...graph, input: { ...graph.input, shape } };
}

/** Lossless bundles have no networks. */
const withNetworks = readdirSync(models).filter((name) =>
  existsSync(new URL(`${name}/encoder.onnx`, models)),
);

describe.each(withNetworks)('%s on the builtin provider', (name) => {
  const folder = new URL(`${name}/`, models);
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest;

  it.each([1, 3])('computes what ONNX Runtime does, for %i image(s)', async (count) => {
    const encoder = fixed(manifest, 'encoder');
    const decoder = fixed(manifest, 'decoder');
    const latents = await run(reference, folder, encoder, images(manifest, count), count);
    expect(
      largestDifference(latents, await run(builtin, folder, encoder, images(manifest, count), count)),
    ).toBeLessThan(TOLERANCE);
    const pixels = await run(reference, folder, decoder, latents, count);
    expect(largestDifference(pixels, await run(builtin, folder, decoder, latents, count))).toBeLessThan(
      TOLERANCE,
    );
  });

  it('gives an image the same bits alone and in a batch', async () => {
    const encoder = fixed(manifest, 'encoder');
    const decoder = fixed(manifest, 'decoder');
    const batch = images(manifest, 33);
    const latents = await run(builtin, folder, encoder, batch, 33);
    const pixels = await run(builtin, folder, decoder, latents, 33);
    const last = <T extends Float32Array>(values: T): Float32Array => values.slice((32 * values.length) / 33);
    const alone = await run(builtin, folder, encoder, last(batch), 1);
    expect(alone).toEqual(last(latents));
    expect(await run(builtin, folder, decoder, alone, 1)).toEqual(last(pixels));
  });
});
