import type { Constant } from '../constant.js';
import { BINARY } from '../kernels.js';
import { stepsOf } from '../loops.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf, type Tensor } from '../planner.js';

/** The shape of a result of operands that are stretched along axes of 1. @throws ConvaeError GRAPH_INVALID. */
function commonDims(node: NodePlan, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      throw node.invalid(`has operands of ${a.join('×')} and ${b.join('×')}`);
    return x === 1 ? y : x;
  });
}

/** An operand as the kernel reads it: its address, and 16 or, for a single value, 0 bytes from vector to vector. */
function operand(
  node: NodePlan,
  tensor: Tensor,
  dims: readonly number[],
  order: Tensor['order'],
): [number, number] {
  if (sizeOf(tensor.dims) === 1) return [tensor.storage.at, 0];
  const same = tensor.dims.length === dims.length && tensor.dims.every((size, i) => size === dims[i]);
  if (same) return [node.inOrder(tensor, order).storage.at, 16];
  const wide = node.temporary(dims, { order });
  stretch(node, node.inOrder(tensor, 'nc'), wide);
  return [wide.storage.at, 16];
}

/** Repeats a tensor along its axes of 1. */
function stretch(node: NodePlan, from: Tensor, to: Tensor): void {
  const missing = to.dims.length - from.dims.length;
  const own = stepsOf(from.dims);
  const loops = to.dims.map((count, i): [number, number, number] => {
    const step = i < missing || from.dims[i - missing] === 1 ? 0 : own[i - missing]!;
    return [count, step, 0];
  });
  // The target is filled in its own order.
  if (to.order === 'cn') loops.splice(0, 2, loops[1]!, loops[0]!);
  const steps = stepsOf(loops.map(([count]) => count));
  node.move(
    from.storage.at,
    to.storage.at,
    loops.map(([count, step], i) => [count, step, steps[i]!] as const),
  );
}

const pair =
  (operation: number): Operator =>
  (node) => {
    if (operation === BINARY.multiply && foldProduct(node)) return;
    const [a, b] = [node.tensor(0), node.tensor(1)];
    if (node.inputCount !== 2) throw node.unsupported(`${node.inputCount} operands`);
    const dims = commonDims(node, a.dims, b.dims);
    const order =
      dims.length < 2 ? 'nc' : (a.dims.length === dims.length && sizeOf(a.dims) > 1 ? a : b).order;
    const left = operand(node, a, dims, order);
    const right = operand(node, b, dims, order);
    const output = node.create(dims, { order });
    const [to, count] = [output.storage.at, sizeOf(dims)];
    node.addWork(count);
    const { kernels } = node;
    node.step(() => kernels.binary(operation, ...left, ...right, to, count));
    node.give(output);
  };

/** Weights of eight bits times their scales are computed once. */
function foldProduct(node: NodePlan): boolean {
  if (!node.isConstant(0) || !node.isConstant(1)) return false;
  const [a, b] = [node.requireConstant(0), node.requireConstant(1)];
  if (!(a.data instanceof Float32Array && b.data instanceof Float32Array)) return false;
  const dims = commonDims(node, a.dims, b.dims);
  if (sizeOf(dims) !== a.data.length || b.data.length > a.data.length) return false;
  node.giveConstant({ dims, data: stretchedProduct(a, b, dims) });
  return true;
}

function stretchedProduct(a: Constant, b: Constant, dims: readonly number[]): Float32Array {
  const at = placesOf(b.dims, dims);
  return Float32Array.from(a.data, (value, i) => value * b.data[at(i)]!);
}

/** For each value of a tensor of `dims` the place of the one that it meets in a smaller tensor. */
export function placesOf(small: readonly number[], dims: readonly number[]): (i: number) => number {
  const steps = stepsOf(dims);
  const own = stepsOf(small);
  const missing = dims.length - small.length;
  const axes = small.map((size, i) => [steps[i + missing]!, size, size === 1 ? 0 : own[i]!] as const);
  return (i) => axes.reduce((sum, [step, size, ownStep]) => sum + (Math.floor(i / step) % size) * ownStep, 0);
}

/** (x - mean) / √(variance + epsilon) · scale + summand, as one factor and one summand for each channel. */
const batchNormalization: Operator = (node) => {
  const input = node.tensor(0);
  const channels = input.dims[1] ?? 0;
  const [scale, summand, mean, variance] = [1, 2, 3, 4].map((i) => {
    const { data } = node.requireConstant(i);
    if (data instanceof Float32Array && data.length === channels) return data;
    throw node.invalid(`has no ${channels} float32 as input ${i}`);
  }) as [Float32Array, Float32Array, Float32Array, Float32Array];
  if (node.integer('training_mode', 0) !== 0) throw node.unsupported('training_mode');
  const epsilon = node.float('epsilon', 1e-5);
  const factors = Float64Array.from(scale, (value, i) => value / Math.sqrt(variance[i]! + epsilon));
  const name = node.node.outputs[0];
  const factorsAt = node.keep(`factors ${name}`, () => Float32Array.from(factors));
  const summandsAt = node.keep(`summands ${name}`, () =>
    Float32Array.from(factors, (f, i) => summand[i]! - mean[i]! * f),
  );
  const dims = [channels, ...new Array<number>(input.dims.length - 2).fill(1)];
  const output = node.create(input.dims, { order: input.order });
  const [to, count] = [output.storage.at, sizeOf(input.dims)];
  const operands = [factorsAt, summandsAt].map((at) => {
    const tensor: Tensor = {
      type: 'float32',
      dims,
      order: 'nc',
      storage: { at, uses: 1, free: () => undefined },
    };
    return operand(node, tensor, input.dims, input.order);
  });
  const { kernels } = node;
  node.step(() => kernels.binary(BINARY.multiply, input.storage.at, 16, ...operands[0]!, to, count));
  node.step(() => kernels.binary(BINARY.add, to, 16, ...operands[1]!, to, count));
  node.give(output);
};

/** Operators that compute each value from two. */
export const PAIRS: Readonly<Record<string, Operator>> = {
  Add: pair(BINARY.add),
  BatchNormalization: batchNormalization,
  Div: pair(BINARY.divide),
  Max: pair(BINARY.larger),
  Min: pair(BINARY.smaller),
  Mul: pair(BINARY.multiply),
  PRelu: pair(BINARY.prelu),
  Sub: pair(BINARY.subtract),
};
