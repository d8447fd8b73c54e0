/** Functions of single values, by the numbers that `unary` takes. */
export const UNARY = {
  clamp: 0,
  leaky: 1,
  sigmoid: 2,
  tanh: 3,
  elu: 4,
  softplus: 5,
  softsign: 6,
  hardSigmoid: 7,
  threshold: 8,
  exp: 9,
  sqrt: 10,
  erf: 11,
  square: 12,
  cube: 13,
  toInteger: 14,
  toFloat: 15,
  negate: 16,
  abs: 17,
  log: 18,
} as const;

/** Functions of two values, by the numbers that `binary` takes. */
export const BINARY = {
  add: 0,
  multiply: 1,
  subtract: 2,
  divide: 3,
  larger: 4,
  smaller: 5,
  prelu: 6,
} as const;

/** Two levels of planes: of each the number, and its steps in bytes in source and target. */
type Planes = [
  outer: number,
  fromOuter: number,
  toOuter: number,
  inner: number,
  fromInner: number,
  toInner: number,
];

/** A window that moves over planes of height × width. */
type Window = [
  height: number,
  width: number,
  top: number,
  left: number,
  stepY: number,
  stepX: number,
  rows: number,
  columns: number,
];

/**
 * The functions of kernels/assembly, where they are described. Arguments are byte addresses in `memory`, counts, and steps
 * in bytes; whoever calls them has checked that all of it lies in the memory.
 */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  multiply(
    weights: number,
    first: number,
    rows: number,
    table: number,
    length: number,
    from: number,
    fromPlane: number,
    fromLine: number,
    to: number,
    toRow: number,
    toPlane: number,
    toLine: number,
    planes: number,
    height: number,
    width: number,
    low: number,
    high: number,
  ): void;
  multiplyColumn(
    weights: number,
    first: number,
    rows: number,
    table: number,
    length: number,
    from: number,
    to: number,
    toRow: number,
    low: number,
    high: number,
  ): void;
  unary(operation: number, from: number, to: number, count: number, alpha: number, beta: number): void;
  binary(
    operation: number,
    left: number,
    leftStep: number,
    right: number,
    rightStep: number,
    to: number,
    count: number,
  ): void;
  gather(from: number, to: number, ...rest: [...Planes, ...Window]): void;
  scatter(from: number, to: number, ...rest: [...Planes, ...Window]): void;
  interleave(
    first: number,
    from: number,
    to: number,
    outer: number,
    inner: number,
    height: number,
    width: number,
    low: number,
    high: number,
  ): void;
  fill(first: number, to: number, planes: number, count: number): void;
  pool(
    mode: number,
    from: number,
    to: number,
    planes: number,
    height: number,
    width: number,
    rows: number,
    columns: number,
    windowY: number,
    windowX: number,
    stepY: number,
    stepX: number,
    top: number,
    left: number,
  ): void;
  resize(
    from: number,
    to: number,
    planes: number,
    bytes: number,
    rows: number,
    rowCount: number,
    columns: number,
    columnCount: number,
  ): void;
  move(from: number, to: number, loops: number, depth: number): void;
  lookUp(table: number, rows: number, indices: number, count: number, to: number, length: number): number;
  reduce(operation: number, from: number, to: number, rows: number, columns: number): void;
  softmax(operation: number, from: number, to: number, rows: number, columns: number): void;
}

/** Gives the compiled kernels; where bytes may not be compiled, a module that came as a file. */
export type LoadModule = () => Promise<WebAssembly.Module>;

/** A new instance with a memory of its own. */
export async function createKernels(module: WebAssembly.Module): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module);
  return exports as unknown as Kernels;
}
