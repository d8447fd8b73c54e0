import { fromHex } from '../../bytes.js';
import { KERNELS } from './kernels-wasm.js';

/** Compiles the kernels that come within a module of JavaScript. */
export const compileKernels = (): Promise<WebAssembly.Module> => WebAssembly.compile(fromHex(KERNELS));
