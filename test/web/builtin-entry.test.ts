/// <reference lib="dom" />
import { loadCodec } from '@convae/runtime/builtin';
import { loadDecoder } from '@convae/runtime/builtin/decode';
import { expect, it } from 'vitest';
import { exercise } from '../runtimes/exercise.mjs';

it('gives the bytes and pixels in Chromium that Node has stored', async () => {
  const stored = await (await fetch('/test/vectors/data/builtin-runtimes.json')).json();
  const address = new URL('/models/', location.href);
  const found = await exercise({ loadCodec, loadDecoder }, address, ['mnist-reference', 'mnist-rate-medium']);
  expect(found).toEqual(stored.slice(0, 2));
});
