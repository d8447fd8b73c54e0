import { openBundle } from '../node/open-bundle.js';
import { compileKernels } from '../provider/builtin/module.js';
import type { Platform } from './loaders.js';

/** Node, Deno and Bun: bundles may be files. */
export const platform: Platform = { openFiles: openBundle, loadModule: compileKernels };
