import { fromHex } from '../../bytes.js';
import { KERNELS } from './kernels-wasm.js';

/** The kernels that come within a module of JavaScript, as bytes. */
export const kernelBytes = (): Uint8Array<ArrayBuffer> => fromHex(KERNELS);

/** Compiles the kernels that come within a module of JavaScript. */
export const compileKernels = (): Promise<WebAssembly.Module> => WebAssembly.compile(kernelBytes());
