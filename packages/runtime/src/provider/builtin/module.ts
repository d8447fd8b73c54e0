import { KERNELS } from './kernels-wasm.js';

/** The kernels that come within a module of JavaScript, as bytes. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(KERNELS.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 16 * digit(2 * i) + digit(2 * i + 1);
  return bytes;
}

/** The value of a hexadecimal digit: letters lie beyond 64, and `a` ends in the bits of 1. */
function digit(at: number): number {
  const code = KERNELS.charCodeAt(at);
  return (code & 15) + 9 * (code >> 6);
}

/** Compiles the kernels that come within a module of JavaScript. */
export const compileKernels = (): Promise<WebAssembly.Module> => WebAssembly.compile(kernelBytes());
