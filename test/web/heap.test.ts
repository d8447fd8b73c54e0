/// <reference lib="dom" />
import { type Codec, loadCodec } from '@convae/runtime/web';
import { webgpu } from '@convae/runtime/webgpu';
import { createWorkerCodec } from '@convae/runtime/worker';
import { expect, it } from 'vitest';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';

declare global {
  // Chromium's own; `gc` is there where it was started with --expose-gc.
  interface Performance {
    readonly memory: { readonly usedJSHeapSize: number };
  }
}

/** ONNX Runtime's memory, which it makes when it starts. */
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
};

/** After two collections: what the first finds dead may hold more that only the second can. */
const used = async (): Promise<number> => {
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    gc!();
  }
  return performance.memory.usedJSHeapSize;
};
const wasmBytes = (): number => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

/** Encodes and decodes so many images. */
async function calls(codec: Codec, count: number): Promise<void> {
  const image = noiseImages(1);
  for (let i = 0; i < count; i++) await codec.decode(await codec.encode(image));
}

it('stays flat over 10,000 calls', async () => {
  await using codec = await loadCodec('/test/vectors/data/tiny-bundle', { threads: 1 });
  await calls(codec, 500);
  const [heap, wasm] = [await used(), wasmBytes()];
  expect(wasm).toBeGreaterThan(0);
  await calls(codec, 5000);
  expect((await used()) - heap).toBeLessThan(1 << 20);
  expect(wasmBytes()).toBe(wasm);
});

it('stays flat over 10,000 calls to a worker', async () => {
  const worker = new Worker(new URL('../../packages/runtime/src/worker/script.ts', import.meta.url), {
    type: 'module',
  });
  await using codec = await createWorkerCodec(worker, '/test/vectors/data/tiny-bundle', { threads: 1 });
  await calls(codec, 500);
  const heap = await used();
  await calls(codec, 5000);
  expect((await used()) - heap).toBeLessThan(1 << 20);
  await codec.dispose();
  worker.terminate();
});

it('stays flat over 600 calls on WebGPU', async () => {
  const options = { executionProviders: ['webgpu'], webgpu, strict: true, threads: 1 } as const;
  await using codec = await loadCodec('/test/vectors/data/tiny-bundle', options);
  await calls(codec, 50);
  const [heap, wasm] = [await used(), wasmBytes()];
  await calls(codec, 300);
  expect((await used()) - heap).toBeLessThan(1 << 19);
  expect(wasmBytes()).toBe(wasm);
});

it('stays flat over codecs that come and go', async () => {
  const comeAndGo = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await using codec = await loadCodec('/test/vectors/data/tiny-bundle', { threads: 1 });
      await codec.encode(noiseImages(1));
    }
  };
  await comeAndGo(10);
  const [heap, wasm] = [await used(), wasmBytes()];
  await comeAndGo(100);
  expect((await used()) - heap).toBeLessThan(2 << 20);
  expect(wasmBytes()).toBe(wasm);
});
