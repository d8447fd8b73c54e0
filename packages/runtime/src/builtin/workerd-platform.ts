import kernels from '../provider/builtin/kernels.wasm';
import { openFetched } from './fetched-files.js';
import type { Platform } from './loaders.js';

/** workerd, which compiles no bytes: the kernels come as a module. */
export const platform: Platform = { openFiles: openFetched, loadModule: async () => kernels };
