/// <reference lib="dom" />
import { CONTEXT_KERNELS } from '@convae/runtime/core';
import { loadCodec } from '@convae/runtime/web';
import { createWorkerCodec } from '@convae/runtime/worker';
import { afterAll, describe, expect, it } from 'vitest';
import { losslessContract } from '../../packages/runtime/src/testing/lossless-contract.js';

const worker = new Worker(new URL('../../packages/runtime/src/worker/script.ts', import.meta.url), {
  type: 'module',
});
afterAll(() => worker.terminate());

losslessContract('a page', (bundle) => loadCodec(bundle));
losslessContract('a worker', (bundle) => createWorkerCodec(worker, bundle));

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

describe.each([1, 3, 4])('golden files of a lossless bundle, %i channels', (channels) => {
  const url = `/test/vectors/data/tiny-lossless-${channels}`;

  it.each(CONTEXT_KERNELS)('are decoded and encoded to what Node wrote (%s)', async (contextKernel) => {
    await using codec = await loadCodec(url, { contextKernel });
    expect(codec).toMatchObject({ lossless: true, executionProvider: 'wasm', contextKernel });
    const vectors: { bytes: string; pixels: string }[] = await (await fetch(`${url}/streams.json`)).json();
    for (const { bytes, pixels } of vectors) {
      const stream = Uint8Array.from(bytes.match(/../g)!, (pair) => Number.parseInt(pair, 16));
      const image = await codec.decode(stream);
      expect(hex(image.data)).toBe(pixels);
      expect(hex(await codec.encode(image))).toBe(bytes);
    }
  });

  it('need nothing of ONNX Runtime', async () => {
    await using codec = await loadCodec(url);
    await codec.encode(
      await codec.decode(
        await codec.encode({ data: new Uint8Array(channels), count: 1, height: 1, width: 1, channels }),
      ),
    );
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    expect(loaded.filter((name) => name.includes('ort-wasm'))).toEqual([]);
  });
});
