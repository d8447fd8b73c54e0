import type { Constant } from '../constant.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf, type Tensor } from '../planner.js';
import { addProduct, flat, floatsOf, fusedBounds, packWeights } from './product.js';

/** Gemm with constant weights: a convolution of one place, of images of one pixel. */
export const gemm: Operator = (node) => {
  const input = node.tensor(0);
  const weights = node.requireConstant(1);
  if (input.dims.length !== 2 || weights.dims.length !== 2) throw node.invalid('does not multiply matrices');
  if (node.integer('transA', 0) !== 0) throw node.unsupported('transA');
  const turned = node.integer('transB', 0) !== 0;
  const [length, rows] = turned ? [weights.dims[1]!, weights.dims[0]!] : [weights.dims[0]!, weights.dims[1]!];
  const alpha = node.float('alpha', 1);
  const first = scaledBias(node, rows);
  const columns = node.inOrder(input, 'cn');
  give(node, { columns, weights, turned, alpha, first, length, rows }, [input.dims[0]!, rows]);
};

function scaledBias(node: NodePlan, rows: number): number {
  const bias = node.constant(2);
  if (bias === undefined) return node.keep(`zeros ${rows}`, () => new Float32Array(rows));
  const beta = node.float('beta', 1);
  const values = floatsOf(node, bias, 'bias');
  const isRow = values.length === rows && bias.dims.at(-1) === rows;
  if (!isRow && values.length !== 1) throw node.unsupported(`a summand of ${bias.dims.join('×')}`);
  const at = (i: number): number => Math.fround(beta * values[isRow ? i : 0]!);
  return node.keep(`bias ${node.node.outputs[0]}`, () =>
    Float32Array.from({ length: rows }, (_, i) => at(i)),
  );
}

/** MatMul with constant weights of two axes. */
export const matMul: Operator = (node) => {
  const input = node.tensor(0);
  const weights = node.requireConstant(1);
  if (weights.dims.length !== 2) throw node.unsupported(`a right operand of ${weights.dims.length} axes`);
  const [length, rows] = [weights.dims[0]!, weights.dims[1]!];
  if (input.dims.length < 2) throw node.unsupported('a left operand of one axis');
  const matrix = {
    ...node.inOrder(input, 'nc'),
    dims: [sizeOf(input.dims.slice(0, -1)), input.dims.at(-1)!],
  };
  const columns = node.inOrder(matrix, 'cn');
  const first = node.keep(`zeros ${rows}`, () => new Float32Array(rows));
  give(node, { columns, weights, turned: false, alpha: 1, first, length, rows }, [
    ...input.dims.slice(0, -1),
    rows,
  ]);
};

interface Parts {
  readonly columns: Tensor;
  readonly weights: Constant;
  readonly turned: boolean;
  readonly alpha: number;
  readonly first: number;
  readonly length: number;
  readonly rows: number;
}

function give(node: NodePlan, parts: Parts, dims: readonly number[]): void {
  const { columns, weights, turned, alpha, first, length, rows } = parts;
  const [count, given] = columns.dims as [number, number];
  if (given !== length || weights.data.length === 0)
    throw node.invalid(`multiplies ${count}×${given} with ${weights.dims.join('×')}`);
  const data = floatsOf(node, weights, 'weight');
  const at = (row: number, k: number): number =>
    Math.fround(alpha * data[turned ? row * length + k : k * rows + row]!);
  const packed = node.keep(`weights ${node.node.outputs[0]}`, () => packWeights(rows, length, at));
  const offsets = Array.from({ length }, (_, k) => 4 * k * count);
  const table = node.keep(`table ${offsets}`, () => Int32Array.from(offsets));
  const bounds = fusedBounds(node);
  const isMatrix = dims.length === 2;
  const result = isMatrix
    ? node.create(dims, { order: 'cn' })
    : node.temporary([count, rows], { order: 'cn' });
  const product = {
    weights: packed,
    first,
    rows,
    table,
    length,
    from: columns.storage.at,
    to: result.storage.at,
    toRow: 4 * count,
  };
  addProduct(node, product, flat(count), bounds);
  if (isMatrix) node.give(result);
  else giveRows(node, result, dims);
}

/** A matrix in ONNX's order, under its shape. */
function giveRows(node: NodePlan, result: Tensor, dims: readonly number[]): void {
  const output = node.create(dims);
  node.turn(result, { ...output, dims: result.dims });
  node.give(output);
}
