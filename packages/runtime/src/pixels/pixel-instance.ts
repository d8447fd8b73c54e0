import { fromHex } from '../bytes.js';
import { KERNELS } from './kernels-wasm.js';
import type { ValueCoder } from './pixel-walker.js';

/** The module of kernels/pixels on a memory of its own. */
export interface PixelInstance {
  readonly memory: WebAssembly.Memory;
  /** Address of the model's sizes and addresses. */
  readonly model: number;
  /** The first address that the module does not use. */
  readonly free: number;
  /** Codes a block of the image, which lies in the window; `stride`: bytes of a row of the window. */
  code(top: number, left: number, rows: number, columns: number, width: number, stride: number): void;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly MODEL: WebAssembly.Global;
  readonly FREE: WebAssembly.Global;
  readonly code: PixelInstance['code'];
}

/** Runs the module; to be called only where WebAssembly with SIMD runs. */
export function createPixelInstance(coder: ValueCoder): PixelInstance {
  const module = new WebAssembly.Module(fromHex(KERNELS));
  const { exports } = new WebAssembly.Instance(module, { coder: { ...coder } });
  const { memory, MODEL, FREE, code } = exports as unknown as Exports;
  return { memory, model: MODEL.value, free: FREE.value, code };
}
