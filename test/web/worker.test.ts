/// <reference lib="dom" />
import { createWorkerCodec } from '@convae/runtime/worker';
import { afterAll, describe, expect, it } from 'vitest';
import { codecContract } from '../../packages/runtime/src/testing/codec-contract.js';
import { goldenContract } from './golden-contract.js';

const worker = new Worker(new URL('../../packages/runtime/src/worker/script.ts', import.meta.url), {
  type: 'module',
});
afterAll(() => worker.terminate());

const threads = 1;

codecContract('WASM in a worker', (bundle, options) =>
  createWorkerCodec(worker, bundle, { ...options, threads }),
);
for (const folder of ['tiny-bundle', 'tiny-context'])
  goldenContract('WASM in a worker', (bundle) => createWorkerCodec(worker, bundle, { threads }), folder);

it('hands on progress and says where it runs', async () => {
  const files = new Set<string>();
  const onProgress = ({ file }: { file: string }) => files.add(file);
  await using codec = await createWorkerCodec(worker, '/test/vectors/data/tiny-bundle', { onProgress });
  expect(codec).toMatchObject({ executionProvider: 'wasm', threads: 1, notices: [] });
  expect([...files]).toEqual(['manifest.json', 'encoder.onnx', 'decoder.onnx', 'tables.bin']);
});

it('says so where the worker’s script is not there', async () => {
  const broken = new Worker('/nowhere/script.js', { type: 'module' });
  await expect(createWorkerCodec(broken, '/test/vectors/data/tiny-bundle')).rejects.toMatchObject({
    code: 'DEPENDENCY_MISSING',
  });
});

describe('WebGPU in a worker', () => {
  const BUNDLE = '/test/vectors/data/tiny-bundle';
  const named = { executionProviders: ['webgpu', 'wasm'], threads: 1 } as const;

  it('is refused by a script without it, which says what to import', async () => {
    const refused = await createWorkerCodec(worker, BUNDLE, named).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TypeError);
    expect(refused).toMatchObject({ message: expect.stringContaining('in a worker to serveCodec') });
  });

  it('runs with a script that has it', async () => {
    const able = new Worker(new URL('../../packages/runtime/src/worker/script-webgpu.ts', import.meta.url), {
      type: 'module',
    });
    await using codec = await createWorkerCodec(able, BUNDLE, named);
    expect(codec).toMatchObject({ executionProvider: 'webgpu', passedOver: [] });
    await codec.dispose();
    able.terminate();
  });
});
