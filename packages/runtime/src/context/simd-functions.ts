import {
  add,
  addVectors,
  advance,
  andVectors,
  assemble,
  type Code,
  dot,
  get,
  larger,
  load,
  load16x4,
  loadSplat,
  loadVector,
  multiplyFloats,
  narrow,
  repeat,
  set,
  smaller,
  storeVector,
  toFloats,
  toIntegers,
  type WasmFunction,
  zeroVector,
} from './wasm-module.js';

/** Units that a layer's functions find at a time: four vectors of four int32. */
export const BLOCK = 16;

/** The functions of the module; all arguments are byte addresses in its memory or counts ≥ 1. */
export interface SimdFunctions {
  /**
   * int32 sums[i] += Σ value · int16 weights[i], for 16·blocks values and `count` rows. rows, int32: of each the address of
   * its weights, and its value in the lower half.
   */
  addRows(sums: number, rows: number, count: number, blocks: number): void;
  /**
   * int32 sums[i] = Σ inputs · weights, for 16·blocks values. inputs: 2·pairs int16. weights, int16: for each block, for
   * each pair of inputs, for each of 16 units its two weights.
   */
  dense(inputs: number, weights: number, sums: number, pairs: number, blocks: number): void;
  /**
   * int16 out[i] = (min(max(int32 sums[i] + int32 biases[i], 0), limit) & mask) · scale, for 8·eights values. scaling: for
   * each four values four int32 limits, four masks, and four float32 scales. What a mask leaves has twelve bits, so float32
   * holds it, and a scale is a power of two: nothing is rounded.
   */
  activate(sums: number, biases: number, scaling: number, out: number, eights: number): void;
}

/** Code for each of four vectors in a row: their local variables, and their places in memory. */
const four = (first: number, code: (local: number, offset: number) => Code[]): Code[] =>
  [0, 1, 2, 3].flatMap((i) => code(first + i, 16 * i));

/** A function as `addRows`; `loadWeights` loads four weights, or pairs of them, which take so many bytes. */
function addWeighted(name: string, loadWeights: (offset: number) => Code, bytes: number): WasmFunction {
  const [sums, rows, count, blocks, at, left, weights, block, factor, first] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ] as const;
  return {
    name,
    parameters: 4,
    locals: [4, 5],
    code: [
      repeat(
        blocks,
        ...four(first, (sum, offset) => [get(sums), loadVector(offset), set(sum)]),
        ...[get(rows), set(at), get(count), set(left)],
        repeat(
          left,
          ...[get(at), load(), get(block), add, set(weights), get(at), loadSplat(4), set(factor)],
          ...four(first, (sum, offset) => [
            ...[
              get(sum),
              get(weights),
              loadWeights((offset / 16) * bytes),
              get(factor),
              dot,
              addVectors,
              set(sum),
            ],
          ]),
          advance(at, 8),
        ),
        ...four(first, (sum, offset) => [get(sums), get(sum), storeVector(offset)]),
        ...[advance(sums, 4 * BLOCK), advance(block, 4 * bytes)],
      ),
    ],
  };
}

// A weight as int32 is a pair of int16: itself, and its sign, which is multiplied by 0.
const addRows = (): WasmFunction => addWeighted('addRows', load16x4, 8);

function dense(): WasmFunction {
  const [inputs, weights, sums, pairs, blocks, at, left, input, first] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  return {
    name: 'dense',
    parameters: 5,
    locals: [2, 5],
    code: [
      repeat(
        blocks,
        ...four(first, (sum) => [zeroVector, set(sum)]),
        ...[get(inputs), set(at), get(pairs), set(left)],
        repeat(
          left,
          ...[get(at), loadSplat(), set(input)],
          ...four(first, (sum, offset) => [
            ...[get(sum), get(weights), loadVector(offset), get(input), dot, addVectors, set(sum)],
          ]),
          ...[advance(at, 4), advance(weights, 4 * BLOCK)],
        ),
        ...four(first, (sum, offset) => [get(sums), get(sum), storeVector(offset)]),
        advance(sums, 4 * BLOCK),
      ),
    ],
  };
}

function activate(): WasmFunction {
  const [sums, biases, scaling, out, eights, low, high] = [0, 1, 2, 3, 4, 5, 6] as const;
  const found = (value: number, half: 0 | 1): Code[] => [
    ...[get(sums), loadVector(16 * half), get(biases), loadVector(16 * half), addVectors],
    ...[zeroVector, larger, get(scaling), loadVector(48 * half), smaller],
    ...[get(scaling), loadVector(48 * half + 16), andVectors, toFloats],
    ...[get(scaling), loadVector(48 * half + 32), multiplyFloats, toIntegers, set(value)],
  ];
  return {
    name: 'activate',
    parameters: 5,
    locals: [0, 2],
    code: [
      repeat(
        eights,
        ...found(low, 0),
        ...found(high, 1),
        ...[get(out), get(low), get(high), narrow, storeVector()],
        ...[advance(sums, 32), advance(biases, 32), advance(scaling, 96), advance(out, 16)],
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
  const api = webAssembly()!;
  const memory = new api.Memory({ initial: Math.ceil(memoryBytes / PAGE_BYTES) });
  const { exports } = new api.Instance(new api.Module(module), { env: { memory } });
  return { functions: exports as Functions, memory: memory.buffer };
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
export const simdModule = (): Uint8Array => assemble([addRows(), dense(), activate()]);
