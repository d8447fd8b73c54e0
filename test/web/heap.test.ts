/// <reference lib="dom" />
import { loadCodec } from '@convae/runtime/web';
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

const used = async (): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  gc!();
  return performance.memory.usedJSHeapSize;
};
const wasmBytes = (): number => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

it('stays flat over 10,000 calls', async () => {
  await using codec = await loadCodec('/test/vectors/data/tiny-bundle', { threads: 1 });
  const image = noiseImages(1);
  const calls = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await codec.decode(await codec.encode(image));
  };
  await calls(500);
  const [heap, wasm] = [await used(), wasmBytes()];
  expect(wasm).toBeGreaterThan(0);
  await calls(5000);
  expect((await used()) - heap).toBeLessThan(1 << 20);
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
