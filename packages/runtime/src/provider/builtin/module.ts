import { KERNELS } from './kernels-wasm.js';

/** Compiles the kernels that come within a module of JavaScript. */
export function compileKernels(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(
    Uint8Array.from({ length: KERNELS.length / 2 }, (_, i) => Number.parseInt(KERNELS.substr(2 * i, 2), 16)),
  );
}
