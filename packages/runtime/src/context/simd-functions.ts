/** The functions and the memory that they work on. */
export interface SimdInstance<Functions> {
  readonly functions: Functions;
  readonly memory: ArrayBuffer;
}

const PAGE_BYTES = 65536;

/** A module's functions on a new memory of at least that size; to be called only where {@link runsSimd}. */
export function createSimdInstance<Functions>(
  module: Uint8Array,
  memoryBytes: number,
): SimdInstance<Functions> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(memoryBytes / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module as Uint8Array<ArrayBuffer>), {
    env: { memory },
  });
  return { functions: exports as unknown as Functions, memory: memory.buffer };
}
