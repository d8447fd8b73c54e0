// A small assembler for WebAssembly modules (WebAssembly Core Specification 2.0, chapter 5, "Binary Format").
// Code is a list of bytes; every function below returns the bytes of one instruction.

/** Bytes of one or more instructions. */
export type Code = readonly number[];

/** A function of a module: its parameters and results are i32. */
export interface WasmFunction {
  readonly name: string;
  /** Number of i32 parameters: the locals 0, 1, … */
  readonly parameters: number;
  /** Numbers of the local variables that follow the parameters: first those of i32, then those of v128. */
  readonly locals: readonly [i32: number, v128: number];
  readonly code: readonly Code[];
}

const I32 = 0x7f;
const V128 = 0x7b;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** Signed LEB128. */
function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}

/** An instruction on vectors, by its number and what follows it. */
export const simd = (opcode: number, ...rest: readonly number[]): Code => [
  0xfd,
  ...unsigned(opcode),
  ...rest,
];
/** Alignment hint (none) and offset of a memory access. */
const place = (offset: number): number[] => [0, ...unsigned(offset)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
const constant = (value: number): Code => [0x41, ...signed(value)];
export const add: Code = [0x6a];
const subtract: Code = [0x6b];
const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const load = (offset = 0): Code => [0x28, ...place(offset)];
export const loadVector = (offset = 0): Code => simd(0, ...place(offset));
/** Four int16 of the memory as int32. */
export const load16x4 = (offset = 0): Code => simd(3, ...place(offset));
/** One int32 of the memory in all four lanes. */
export const loadSplat = (offset = 0): Code => simd(9, ...place(offset));
export const storeVector = (offset = 0): Code => simd(11, ...place(offset));
export const zeroVector: Code = simd(12, ...new Array<number>(16).fill(0));
export const andVectors: Code = simd(0x4e);
export const addVectors: Code = simd(0xae);
/** The smaller, and the larger, int32 of each lane. */
export const smaller: Code = simd(0xb6);
export const larger: Code = simd(0xb8);
/** int32 to float32 and back, and the product of float32. */
export const toFloats: Code = simd(0xfa);
export const toIntegers: Code = simd(0xf8);
export const multiplyFloats: Code = simd(0xe6);
/** Eight int32 of 0..65535, of two vectors, as int16. */
export const narrow: Code = simd(0x86);
/** In each lane the sum of the two products of its int16 halves. */
export const dot: Code = simd(0xba);

/** local = local + amount. */
export const advance = (local: number, amount: number): Code => [
  ...get(local),
  ...constant(amount),
  ...add,
  ...set(local),
];

/** Runs the code as often as `counter` says, which must be 1 or more; the counter is used up. */
export function repeat(counter: number, ...code: readonly Code[]): Code {
  const countDown = [...get(counter), ...constant(1), ...subtract, ...tee(counter)];
  return [0x03, 0x40, ...code.flat(), ...countDown, 0x0d, 0, 0x0b];
}

const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const section = (id: number, items: readonly (readonly number[])[]): number[] => [
  id,
  ...sized(vector(items)),
];
const text = (characters: string): number[] => sized(Array.from(characters, (c) => c.charCodeAt(0)));

/** The bytes of a module that exports the functions and works on the memory imported as `env.memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const parameters = (count: number): number[] => new Array<number>(count).fill(I32);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map((one) => [0x60, ...sized(parameters(one.parameters)), 0]),
    ),
    ...section(2, [[...text('env'), ...text('memory'), 2, 0, 0]]),
    ...section(
      3,
      functions.map((_, i) => unsigned(i)),
    ),
    ...section(
      7,
      functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]),
    ),
    ...section(10, functions.map(body)),
  ]);
}

function body({ locals: [i32, v128], code }: WasmFunction): number[] {
  const locals = vector([
    [...unsigned(i32), I32],
    [...unsigned(v128), V128],
  ]);
  return sized([...locals, ...code.flat(), 0x0b]);
}
