import { stepsOf } from '../loops.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf, type Tensor } from '../planner.js';

/** Copies a tensor so that the axes of `order` follow each other in it. */
function permuted(node: NodePlan, from: Tensor, order: readonly number[], to: number): void {
  const own = stepsOf(from.dims);
  const dims = order.map((axis) => from.dims[axis]!);
  const steps = stepsOf(dims);
  node.move(
    from.storage.at,
    to,
    order.map((axis, i) => [dims[i]!, own[axis]!, steps[i]!] as const),
  );
}

/** The same back. */
function restored(node: NodePlan, from: number, order: readonly number[], to: Tensor): void {
  const own = stepsOf(to.dims);
  const dims = order.map((axis) => to.dims[axis]!);
  const steps = stepsOf(dims);
  node.move(
    from,
    to.storage.at,
    order.map((axis, i) => [dims[i]!, steps[i]!, own[axis]!] as const),
  );
}

const isInOrder = (order: readonly number[]): boolean => order.every((axis, i) => axis === i);

/** The tensor's address with the axes in an order. */
function arranged(node: NodePlan, input: Tensor, order: readonly number[]): number {
  if (isInOrder(order)) return input.storage.at;
  const copy = node.scratch(sizeOf(input.dims));
  permuted(node, input, order, copy);
  return copy;
}

const reduction =
  (operation: number): Operator =>
  (node) => {
    const input = node.inOrder(node.tensor(0), 'nc');
    const rank = input.dims.length;
    const listed = node.optionalList('axes') ?? node.integers(1) ?? input.dims.map((_, i) => i);
    const axes = new Set(listed.map((axis) => node.axis(axis, rank)));
    const kept = input.dims.map((_, i) => i).filter((axis) => !axes.has(axis));
    const from = arranged(node, input, [...kept, ...[...axes].sort((a, b) => a - b)]);
    const keep = node.integer('keepdims', 1) !== 0;
    const dims = keep
      ? input.dims.map((size, i) => (axes.has(i) ? 1 : size))
      : kept.map((axis) => input.dims[axis]!);
    const result = node.create(dims);
    const [rows, to] = [sizeOf(dims), result.storage.at];
    const columns = sizeOf(input.dims) / rows;
    node.addWork(rows * columns);
    const { kernels } = node;
    node.step(() => kernels.reduce(operation, from, to, rows, columns));
    node.give(result);
  };

const softmax =
  (operation: number): Operator =>
  (node) => {
    const input = node.inOrder(node.tensor(0), 'nc');
    const axis = node.axis(node.integer('axis', -1), input.dims.length);
    const order = [...input.dims.map((_, i) => i).filter((i) => i !== axis), axis];
    const from = arranged(node, input, order);
    const result = node.create(input.dims);
    const to = isInOrder(order) ? result.storage.at : node.scratch(sizeOf(input.dims));
    const columns = input.dims[axis]!;
    const rows = sizeOf(input.dims) / columns;
    node.addWork(rows * columns);
    const { kernels } = node;
    node.step(() => kernels.softmax(operation, from, to, rows, columns));
    if (!isInOrder(order)) restored(node, to, order, result);
    node.give(result);
  };

/** The tensor with its axes in another order. */
const transpose: Operator = (node) => {
  const input = node.inOrder(node.tensor(0, 'any'), 'nc');
  const rank = input.dims.length;
  const order = node.optionalList('perm') ?? input.dims.map((_, i) => rank - 1 - i);
  if (order.length !== rank || new Set(order.map((axis) => node.axis(axis, rank))).size !== rank)
    throw node.invalid(`has ${order.slice(0, 8)} as perm for ${rank} axes`);
  const result = node.create(
    order.map((axis) => input.dims[axis]!),
    { type: input.type },
  );
  permuted(node, input, order, result.storage.at);
  node.give(result);
};

/** Operators along axes. */
export const REDUCTIONS: Readonly<Record<string, Operator>> = {
  LogSoftmax: softmax(1),
  ReduceLogSumExp: reduction(2),
  ReduceMax: reduction(1),
  ReduceMean: reduction(0),
  Softmax: softmax(0),
  Transpose: transpose,
};
