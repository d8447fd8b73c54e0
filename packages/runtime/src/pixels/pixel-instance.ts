import { fromHex } from '../bytes.js';
import type { WalkExports } from '../context/kernel-memory.js';
import { KERNELS } from './kernels-wasm.js';
import type { ValueCoder } from './pixel-walker.js';

/** The module of kernels/pixels on a memory of its own. */
export interface PixelExports extends WalkExports {
  /** Codes a block of the image, which lies in the window; `stride`: bytes of a row of the window. */
  code(top: number, left: number, rows: number, columns: number, width: number, stride: number): void;
}

/** Runs the module; to be called only where WebAssembly with SIMD runs. @param module where bytes may not be compiled. */
export function createPixelInstance(
  coder: ValueCoder,
  module = new WebAssembly.Module(fromHex(KERNELS)),
): PixelExports {
  const { exports } = new WebAssembly.Instance(module, { coder: { ...coder } });
  return exports as unknown as PixelExports;
}
