import type { Dim, ElementType } from './graph/graph.js';

/**
 * A tensor inside the exported graph. tfjs keeps channels last (N×H×W×C), ONNX first (N×C×H×W):
 * `shape` is in the order of tfjs, and `axes[i]` is the tfjs axis that the graph keeps at place i.
 * This module is the only one that knows about the two orders; handlers ask it for axes.
 */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dim[];
  readonly axes: readonly number[];
}

/** The graph keeps the tensor as tfjs does. */
export const asIs = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);

/** The graph keeps the tensor's last tfjs axis, the channels, at place 1. */
export const channelsMoved = (rank: number): number[] => [0, rank - 1, ...asIs(rank - 1).slice(1)];

/** The axes with which ONNX's spatial operators (batch, channels, space…) can read a layer's tensor. */
export const spatialAxes = (channelsFirst: boolean, rank: number): number[] =>
  channelsFirst ? asIs(rank) : channelsMoved(rank);

/** The sizes in the order of the graph. */
export const storedShape = (value: Pick<Value, 'shape' | 'axes'>): Dim[] =>
  value.axes.map((axis) => value.shape[axis]!);

/** The place in the graph of a tfjs axis; negative axes count from the end. */
export function storedAxis(value: Pick<Value, 'shape' | 'axes'>, tfjsAxis: number): number {
  const rank = value.shape.length;
  return value.axes.indexOf(tfjsAxis < 0 ? tfjsAxis + rank : tfjsAxis);
}

/** The places in the graph of several tfjs axes, in the graph's order. */
export const storedAxes = (value: Value, tfjsAxes: readonly number[]): number[] =>
  tfjsAxes.map((axis) => storedAxis(value, axis)).sort((a, b) => a - b);

/** The permutation for ONNX's Transpose that turns a tensor kept in `from` into one kept in `to`. */
export const transposition = (from: readonly number[], to: readonly number[]): number[] =>
  to.map((axis) => from.indexOf(axis));

/** Whether two orders are the same. */
export const sameAxes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/** Reorders the elements of a constant: place i of the result is axis `axes[i]` of the source. */
export function permute(data: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = axes.map((axis) => shape[axis]!);
  const result = new Float32Array(data.length);
  const index = sizes.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = data[axes.reduce((sum, axis, place) => sum + index[place]! * strides[axis]!, 0)]!;
    advance(index, sizes);
  }
  return result;
}

function advance(index: number[], sizes: readonly number[]): void {
  for (let place = index.length - 1; place >= 0; place--) {
    index[place]!++;
    if (index[place]! < sizes[place]!) return;
    index[place] = 0;
  }
}
