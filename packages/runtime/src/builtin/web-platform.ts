import { compileKernels } from '../provider/builtin/module.js';
import { openFetched } from './fetched-files.js';
import type { Platform } from './loaders.js';

/** Browsers, and whatever fetches as they do. */
export const platform: Platform = { openFiles: openFetched, loadModule: compileKernels };
