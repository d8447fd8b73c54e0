import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as onnxruntime from 'onnxruntime-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { codecContract } from '../testing/codec-contract.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { noiseImages } from '../testing/expectations.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { loadCodec } from './load-codec.js';
import { importOnnxRuntime, whyUnavailableOnNode } from './onnxruntime.js';

codecContract('Node CPU', (bundle, options) => loadCodec(bundle, { threads: 1, ...options }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-'));
  const { contents } = await createTinyBundle();
  for (const [name, bytes] of contents) await writeFile(join(folder, name), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

describe('loadCodec', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('opens nothing where the kernel that is asked for does not run', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const create = vi.spyOn(onnxruntime.InferenceSession, 'create');
    const loading = loadCodec(await createCodedBundle({ context: true }), { contextKernel: 'simd' });
    await expect(loading).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(create).not.toHaveBeenCalled();
  });

  it('reads a bundle folder, by path or file URL', async () => {
    await using byPath = await loadCodec(folder);
    await using byUrl = await loadCodec(pathToFileURL(folder));
    expect(byPath.manifest.name).toBe('tiny');
    expect(await byUrl.embed(noiseImages(2))).toEqual(await byPath.embed(noiseImages(2)));
  });

  it('says which file is missing', async () => {
    const missing = join(folder, 'nowhere');
    await expect(loadCodec(missing)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('nowhere'),
    });
  });

  it('runs on the CPU where nothing is said', async () => {
    await using codec = await loadCodec(folder);
    expect(codec.executionProvider).toBe('cpu');
    expect(codec.passedOver).toEqual([]);
  });

  const cudaAvailable = whyUnavailableOnNode('cuda') === undefined;

  it.skipIf(cudaAvailable)('passes CUDA over with the reason where its libraries are missing', async () => {
    await using codec = await loadCodec(folder, { executionProviders: ['cuda', 'cpu'] });
    expect(codec.executionProvider).toBe('cpu');
    expect(codec.passedOver).toMatchObject([
      { provider: 'cuda', reason: expect.stringContaining('install script') },
    ]);
  });

  it.skipIf(cudaAvailable)('falls back to the CPU even where it was not named', async () => {
    await using codec = await loadCodec(folder, { executionProviders: ['cuda'] });
    expect(codec.executionProvider).toBe('cpu');
    expect(codec.passedOver).toHaveLength(1);
  });

  it.skipIf(cudaAvailable)('does not fall back with strict', async () => {
    const loading = loadCodec(folder, { executionProviders: ['cuda', 'cpu'], strict: true });
    await expect(loading).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('cuda'),
    });
  });

  it('runs on the CPU with strict, the first choice', async () => {
    await using codec = await loadCodec(folder, { executionProviders: ['cpu'], strict: true });
    expect(codec.executionProvider).toBe('cpu');
  });

  it.each([
    [{ executionProviders: [] }, RangeError],
    [{ executionProviders: ['gpu'] }, RangeError],
    [{ executionProviders: ['wasm'] }, RangeError],
    [{ executionProviders: 'cpu' }, TypeError],
    [{ strict: 'yes' }, TypeError],
    [{ threads: 0 }, RangeError],
    [{ threads: 1e9 }, RangeError],
    [{ batchSize: 2.5 }, RangeError],
    [{ batchSize: '64' }, TypeError],
  ])('refuses the options %j', async (options, error) => {
    await expect(loadCodec(folder, options as object)).rejects.toThrow(error);
    await expect(loadCodec(folder, options as object)).rejects.toThrow(/^expected .* for options\./);
  });

  it.each([undefined, null, 7, {}])('refuses %j as a bundle', async (bundle) => {
    await expect(loadCodec(bundle as unknown as string)).rejects.toThrow(/^expected a path/);
  });
});

describe('importOnnxRuntime', () => {
  it('gives the installed module', async () => {
    expect((await importOnnxRuntime()).InferenceSession).toBe(onnxruntime.InferenceSession);
  });

  it('says how to install it where it is missing', async () => {
    const absent = 'onnxruntime-node-that-is-not-there';
    const loading = importOnnxRuntime(() => import(/* @vite-ignore */ absent));
    await expect(loading).rejects.toMatchObject({
      code: 'DEPENDENCY_MISSING',
      message: expect.stringContaining('npm i onnxruntime-node'),
    });
  });
});
