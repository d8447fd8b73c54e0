import { expect, it } from 'vitest';
import { fromHex } from '../bytes.js';
import { KERNELS } from './kernels-wasm.js';

it('the module is so small that Chrome before 115 compiles it at once on a page’s main thread', () => {
  expect(fromHex(KERNELS).length).toBeLessThanOrEqual(4096);
});
