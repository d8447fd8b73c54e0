import { fromHex } from '../bytes.js';
import type { WalkExports } from './kernel-memory.js';
import { KERNELS } from './kernels-wasm.js';

/** How a walk codes symbols: it asks for each, finds their intervals, or reads them. */
export const WAYS = { ask: 0, find: 1, read: 2 } as const;

/** The module of kernels/context on a memory of its own. */
export interface ContextExports extends WalkExports {
  /** Address of the range decoder's state. */
  readonly READER: WebAssembly.Global;
  /** Codes a block of the latent, which lies in the window; `coded`: address of the `count` channels that are coded. */
  code(quality: number, coded: number, count: number, rows: number, columns: number, way: number): void;
  /** Of the symbol that is being coded, as `Distribution` has them. */
  cumulative(entry: number): number;
  find(slot: number): number;
}

/** What a walk calls. */
export interface ContextImports {
  /** Writes a symbol, or reads one, which it gives. */
  readonly ask: (min: number, count: number, symbol: number) => number;
  /** Reads what follows an escape, from the decoder's state on; gives the symbol. */
  readonly escape: (below: number, min: number, count: number) => number;
  /** Told where no encoder would have written these bytes: throws. */
  readonly refuse: () => void;
}

/** Runs the module; to be called only where WebAssembly with SIMD runs. @param module where bytes may not be compiled. */
export function createContextInstance(
  coder: ContextImports,
  module = new WebAssembly.Module(fromHex(KERNELS)),
): ContextExports {
  const { exports } = new WebAssembly.Instance(module, { coder: { ...coder } });
  return exports as unknown as ContextExports;
}
