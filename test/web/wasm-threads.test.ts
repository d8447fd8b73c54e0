/// <reference lib="dom" />
import { loadCodec } from '@convae/runtime/web';
import { expect, it } from 'vitest';
import { codecContract } from '../../packages/runtime/src/testing/codec-contract.js';
import { goldenContract } from './golden-contract.js';

const threads = 2;

codecContract('WASM, 2 threads', (bundle, options) => loadCodec(bundle, { ...options, threads }));
for (const folder of ['tiny-bundle', 'tiny-context'])
  goldenContract('WASM, 2 threads', (bundle) => loadCodec(bundle, { threads }), folder);

it('says that it runs on 2 threads, and that this holds for the page', async () => {
  const url = '/test/vectors/data/tiny-bundle';
  await using codec = await loadCodec(url, { threads });
  expect(codec).toMatchObject({ executionProvider: 'wasm', threads: 2, notices: [] });
  await using other = await loadCodec(url, { threads: 1 });
  expect(other.threads).toBe(2);
  expect(other.notices).toEqual([expect.stringContaining('already running')]);
});
