/// <reference lib="dom" />
import { loadCodec } from '@convae/runtime/web';
import { expect, it } from 'vitest';
import { codecContract } from '../../packages/runtime/src/testing/codec-contract.js';
import { goldenContract } from './golden-contract.js';

const threads = 1;

codecContract('WASM, 1 thread', (bundle, options) => loadCodec(bundle, { ...options, threads }));
for (const folder of ['tiny-bundle', 'tiny-context'])
  goldenContract('WASM, 1 thread', (bundle) => loadCodec(bundle, { threads }), folder);

it('says that it runs on 1 thread', async () => {
  await using codec = await loadCodec('/test/vectors/data/tiny-bundle', { threads });
  expect(codec).toMatchObject({ executionProvider: 'wasm', threads: 1, passedOver: [], notices: [] });
});
