/// <reference lib="dom" />
import type { Codec } from '@convae/runtime/core';
import { loadCodec } from '@convae/runtime/web';
import { webgpu } from '@convae/runtime/webgpu';
import { expect } from 'vitest';
import { codecContract } from '../../packages/runtime/src/testing/codec-contract.js';
import type { MakeCodec } from '../../packages/runtime/src/testing/make-codec.js';
import { goldenContract } from './golden-contract.js';

/** Graphs that no provider takes fall through to WASM, which tells what is wrong with them; all others must not. */
async function load(bundle: Parameters<MakeCodec>[0] | string, options: object = {}): Promise<Codec> {
  const codec = await loadCodec(bundle, { ...options, executionProviders: ['webgpu'], webgpu, threads: 1 });
  expect(codec).toMatchObject({ executionProvider: 'webgpu', passedOver: [] });
  return codec;
}

codecContract('WebGPU', load);
for (const folder of ['tiny-bundle', 'tiny-context']) goldenContract('WebGPU', load, folder);
