/// <reference lib="dom" />
import { loadCodec } from '@convae/runtime/web';
import { describe, expect, it } from 'vitest';
import { codecContract } from '../../packages/runtime/src/testing/codec-contract.js';
import { PIXEL_BUNDLES, pixelHashes } from '../builtin-pixels.js';
import { goldenContract } from './golden-contract.js';

// Graphs that no provider takes fall through to WASM, which tells what is wrong with them; all others must not.
codecContract('builtin', async (bundle, options) => {
  const codec = await loadCodec(bundle, { ...options, executionProviders: ['builtin'] });
  expect(codec).toMatchObject({ executionProvider: 'builtin', threads: 1, passedOver: [], notices: [] });
  return codec;
});

for (const folder of ['tiny-bundle', 'tiny-context'])
  goldenContract('builtin', (bundle) => loadCodec(bundle, { executionProviders: ['builtin'] }), folder);

describe('pixels of the builtin provider', () => {
  it.each(PIXEL_BUNDLES)('of %s are those that Node has stored, bit by bit', async (name) => {
    const stored = await (await fetch('/test/vectors/data/builtin-pixels.json')).json();
    const codec = await loadCodec(`/models/${name}`, { executionProviders: ['builtin'], strict: true });
    const found = { name, ...(await pixelHashes(codec)) };
    await codec.dispose();
    expect(found).toEqual(stored.find((vector: { name: string }) => vector.name === name));
  });
});
