import { KERNELS } from './kernels-wasm.js';

/** Compiles the kernels that come within a module of JavaScript. */
export function compileKernels(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(Uint8Array.from(atob(KERNELS), (character) => character.charCodeAt(0)));
}
