import context from '../context/kernels.wasm';
import pixels from '../pixels/kernels.wasm';
import kernels from '../provider/builtin/kernels.wasm';
import { openFetched } from './fetched-files.js';
import type { Platform } from './loaders.js';

/** workerd, which compiles no bytes: the kernels come as modules. */
export const platform: Platform = {
  openFiles: openFetched,
  loadModule: async () => kernels,
  contextModules: { context, pixels },
};
