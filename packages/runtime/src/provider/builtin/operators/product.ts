import type { Constant } from '../constant.js';
import type { NodePlan } from '../node.js';

/** Bounds that results are cut to: none, or those of the Relu or Clip that follows. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Takes a Relu or Clip that alone reads the node's output into the node. */
export function fusedBounds(node: NodePlan): Bounds {
  const follower = node.follower(['Relu', 'Clip']);
  const bounds = follower && boundsOf(follower);
  if (follower === undefined || bounds === undefined) return UNBOUNDED;
  node.fuse(follower);
  return bounds;
}

export const UNBOUNDED: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** The bounds of a Relu or Clip; undefined where they are computed. */
export function boundsOf(node: NodePlan): Bounds | undefined {
  if (node.node.operator === 'Relu') return { ...UNBOUNDED, low: 0 };
  const known = [1, 2].every((i) => i >= node.inputCount || node.node.inputs[i] === '' || node.isConstant(i));
  return known ? { low: node.scalar(1) ?? UNBOUNDED.low, high: node.scalar(2) ?? UNBOUNDED.high } : undefined;
}

/** The float32 of a constant. @throws ConvaeError GRAPH_INVALID where it is of another type. */
export function floatsOf(node: NodePlan, constant: Constant, what: string): Float32Array {
  if (constant.data instanceof Float32Array) return constant.data;
  throw node.invalid(`has a ${what} that is not float32`);
}

/**
 * Weights in the order of the kernels: blocks of four rows, for each k those of four rows; then the rows that are left.
 * @param at The weight of a row and a k.
 */
export function packWeights(
  rows: number,
  length: number,
  at: (row: number, k: number) => number,
): Float32Array {
  const packed = new Float32Array(rows * length);
  const whole = rows - (rows % 4);
  let i = 0;
  for (let block = 0; block < whole; block += 4)
    for (let k = 0; k < length; k++) for (let row = block; row < block + 4; row++) packed[i++] = at(row, k);
  for (let row = whole; row < rows; row++) for (let k = 0; k < length; k++) packed[i++] = at(row, k);
  return packed;
}

/** The addresses of a product of matrices. */
export interface Product {
  readonly weights: number;
  readonly first: number;
  readonly rows: number;
  readonly table: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
  /** Bytes from one row of the result to the next. */
  readonly toRow: number;
}

/** Planes of lines of columns, with the steps between them in bytes. */
export interface Columns {
  readonly planes: number;
  readonly lines: number;
  readonly columns: number;
  readonly fromPlane: number;
  readonly fromLine: number;
  readonly toPlane: number;
  readonly toLine: number;
}

/** Columns that lie one after the other in source and target. */
export const flat = (columns: number): Columns => ({
  planes: 1,
  lines: 1,
  columns,
  fromPlane: 0,
  fromLine: 0,
  toPlane: 0,
  toLine: 0,
});

/** Columns below which rows lie in vector lanes instead of columns. */
const FEW_COLUMNS = 4;

/** Adds the step of a product. Both ways add up in the same order. */
export function addProduct(node: NodePlan, product: Product, where: Columns, { low, high }: Bounds): void {
  const { weights, first, rows, table, length, from, to, toRow } = product;
  const { planes, lines, columns, fromPlane, fromLine, toPlane, toLine } = where;
  node.addWork(rows * length * planes * lines * columns);
  const { kernels } = node;
  if (columns >= FEW_COLUMNS || planes * lines > 1) {
    node.step(() =>
      kernels.multiply(
        weights,
        first,
        rows,
        table,
        length,
        from,
        fromPlane,
        fromLine,
        to,
        toRow,
        toPlane,
        toLine,
        planes,
        lines,
        columns,
        low,
        high,
      ),
    );
    return;
  }
  node.step(() => {
    for (let at = 0; at < 4 * columns; at += 4)
      kernels.multiplyColumn(weights, first, rows, table, length, from + at, to + at, toRow, low, high);
  });
}
