import { MAX_ACTIVATION } from './context-model.js';
import {
  add,
  addVectors,
  advance,
  and,
  assemble,
  type Code,
  constant,
  dot,
  get,
  lessThan,
  load,
  load16x4,
  loadSplat,
  loadVector,
  repeat,
  select,
  set,
  shiftRight,
  splat,
  store16,
  storeVector,
  type WasmFunction,
  zeroVector,
} from './wasm-module.js';

/** Units that `dense` finds at a time: four vectors of four int32. */
export const BLOCK = 16;

/** The functions of the module; all arguments are byte addresses in its memory or counts ≥ 1. */
interface SimdFunctions {
  /** int32 sums[i] += value · int16 weights[i], for 4·vectors values. */
  addRow(sums: number, weights: number, value: number, vectors: number): void;
  /**
   * int32 sums[i] = Σ inputs · weights, for 16·blocks values. inputs: 2·pairs int16. weights, int16: for each block, for
   * each pair of inputs, for each of 16 units its two weights.
   */
  dense(inputs: number, weights: number, sums: number, pairs: number, blocks: number): void;
  /** int16 out[i] = clamp((int32 sums[i] + int32 biases[i]) >> int32 shifts[i], 0, 4095), for `count` values. */
  activate(sums: number, biases: number, shifts: number, out: number, count: number): void;
}

function addRow(): WasmFunction {
  const [sums, weights, value, vectors, factor] = [0, 1, 2, 3, 4] as const;
  return {
    name: 'addRow',
    parameters: 4,
    locals: [0, 1],
    code: [
      // A weight as int32 is a pair of int16: itself, and its sign, which is multiplied by 0.
      ...[get(value), constant(0xffff), and, splat, set(factor)],
      repeat(
        vectors,
        ...[get(sums), get(sums), loadVector(), get(weights), load16x4(), get(factor), dot, addVectors],
        ...[storeVector(), advance(sums, 16), advance(weights, 8)],
      ),
    ],
  };
}

function dense(): WasmFunction {
  const [inputs, weights, sums, pairs, blocks, at, left, input, first] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const four = (code: (sum: number, offset: number) => Code[]): Code[] =>
    [0, 1, 2, 3].flatMap((i) => code(first + i, 16 * i));
  return {
    name: 'dense',
    parameters: 5,
    locals: [2, 5],
    code: [
      repeat(
        blocks,
        ...four((sum) => [zeroVector, set(sum)]),
        ...[get(inputs), set(at), get(pairs), set(left)],
        repeat(
          left,
          ...[get(at), loadSplat(), set(input)],
          ...four((sum, offset) => [
            ...[get(sum), get(weights), loadVector(offset), get(input), dot, addVectors, set(sum)],
          ]),
          ...[advance(at, 4), advance(weights, 4 * BLOCK)],
        ),
        ...four((sum, offset) => [get(sums), get(sum), storeVector(offset)]),
        advance(sums, 4 * BLOCK),
      ),
    ],
  };
}

function activate(): WasmFunction {
  const [sums, biases, shifts, out, count, value] = [0, 1, 2, 3, 4, 5] as const;
  return {
    name: 'activate',
    parameters: 5,
    locals: [1, 0],
    code: [
      repeat(
        count,
        ...[get(sums), load(), get(biases), load(), add, get(shifts), load(), shiftRight, set(value)],
        ...[constant(0), get(value), get(value), constant(0), lessThan, select, set(value)],
        ...[get(out), get(value), constant(MAX_ACTIVATION)],
        ...[get(value), constant(MAX_ACTIVATION), lessThan, select, store16()],
        ...[advance(sums, 4), advance(biases, 4), advance(shifts, 4), advance(out, 2)],
      ),
    ],
  };
}

/** The part of WebAssembly's interface that is used; the type libraries of browsers are not loaded here. */
interface WebAssemblyApi {
  readonly Memory: new (options: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** The functions and the memory that they work on. */
export interface SimdInstance {
  readonly functions: SimdFunctions;
  readonly memory: ArrayBuffer;
}

const PAGE_BYTES = 65536;

/** The functions on a new memory of at least that size; to be called only where {@link runsSimd}. */
export function createSimdInstance(memoryBytes: number): SimdInstance {
  const api = webAssembly()!;
  const memory = new api.Memory({ initial: Math.ceil(memoryBytes / PAGE_BYTES) });
  const { exports } = new api.Instance(new api.Module(simdModule()), { env: { memory } });
  return { functions: exports as SimdFunctions, memory: memory.buffer };
}

/**
 * Whether the module runs here: not without WebAssembly or its SIMD, nor in pages that forbid compiling, nor where
 * typed arrays are not little-endian as its memory is.
 */
export function runsSimd(): boolean {
  const api = webAssembly();
  if (api === undefined || !isLittleEndian()) return false;
  try {
    return new api.Module(simdModule()) !== undefined;
  } catch {
    return false;
  }
}

const isLittleEndian = (): boolean => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const webAssembly = (): WebAssemblyApi | undefined =>
  (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;

/** The bytes of the module with {@link SimdFunctions}. */
export const simdModule = (): Uint8Array => assemble([addRow(), dense(), activate()]);
