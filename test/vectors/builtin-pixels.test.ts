import { loadCodec } from '@convae/runtime';
import { describe, expect, it } from 'vitest';
import { PIXEL_BUNDLES, pixelHashes } from '../builtin-pixels.js';
import { expectGoldenJson } from './golden.js';

describe('pixels of the builtin provider', () => {
  it('are those stored, bit by bit', async () => {
    const found = [];
    for (const name of PIXEL_BUNDLES) {
      const folder = new URL(`../../models/${name}`, import.meta.url);
      const codec = await loadCodec(folder, { executionProviders: ['builtin'], strict: true });
      found.push({ name, ...(await pixelHashes(codec)) });
      await codec.dispose();
    }
    expectGoldenJson('builtin-pixels.json', found);
    expect(new Set(found.map(({ pixels }) => pixels)).size).toBe(PIXEL_BUNDLES.length);
  });
});
