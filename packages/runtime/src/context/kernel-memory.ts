/** What every module of walks exports. */
export interface WalkExports {
  readonly memory: WebAssembly.Memory;
  /** Addresses of what the walk, and its layers, need to know of a model, and of the tables of mixtures. */
  readonly MODEL: WebAssembly.Global;
  readonly LAYERS: WebAssembly.Global;
  readonly TABLES: WebAssembly.Global;
  /** The first address that the module does not use. */
  readonly FREE: WebAssembly.Global;
}

const PAGE_BYTES = 65536;
/** Addresses of vectors. */
const ALIGNMENT = 16;

/** The memory of an instance, which grows as it is taken. */
export class KernelMemory {
  readonly #memory: WebAssembly.Memory;
  #end: number;

  /** @param free the first address to take. */
  constructor(memory: WebAssembly.Memory, free: number) {
    this.#memory = memory;
    this.#end = roundUp(free, ALIGNMENT);
  }

  /** It changes whenever memory is taken. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** Takes so many bytes, which are 0; their address. */
  take(bytes: number): number {
    const at = this.#end;
    this.#end = roundUp(at + bytes, ALIGNMENT);
    const missing = this.#end - this.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return at;
  }

  /** Takes memory for values, which it writes there; their address. */
  put(values: ArrayBufferView): number {
    const at = this.take(values.byteLength);
    this.write(at, values);
    return at;
  }

  /** Writes to memory that was taken. */
  write(at: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    new Uint8Array(this.buffer, at).set(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/** The next multiple. */
export const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;
