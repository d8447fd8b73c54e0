import { expect } from 'vitest';
import { codecContract } from '../testing/codec-contract.js';
import { loadCodec } from './load-codec.js';

// Graphs that no provider takes fall through to the CPU, which tells what is wrong with them; all others must not.
codecContract('Node builtin', async (bundle, options) => {
  const codec = await loadCodec(bundle, { ...options, executionProviders: ['builtin'] });
  expect(codec).toMatchObject({ executionProvider: 'builtin', passedOver: [] });
  return codec;
});
