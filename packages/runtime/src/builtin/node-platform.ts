import { openBundle } from '../node/open-bundle.js';
import { KERNELS } from '../provider/builtin/kernels-wasm.js';
import type { Platform } from './loaders.js';

/** Node, Deno and Bun: bundles may be files, and so few bytes compile faster than a thread is woken for them. */
export const platform: Platform = {
  openFiles: openBundle,
  loadModule: async () => new WebAssembly.Module(Buffer.from(KERNELS, 'hex')),
};
