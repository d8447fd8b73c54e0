import { addDim, knownFactor, scaleDim, windowDim } from '../graph/dims.js';
import { type Attribute, type Dim, ints, text } from '../graph/graph.js';
import type { Value } from '../layout.js';

/** How a convolution or pooling moves over its input: one entry per axis of space. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: 'same' | 'valid';
}

/** Reads a window from a layer's configuration; `kernelKey` is kernelSize or poolSize. */
export function readWindow(
  config: Readonly<Record<string, unknown>>,
  kernelKey: 'kernelSize' | 'poolSize',
  rank: number,
  dilations: unknown = 1,
): Window {
  return {
    kernel: numbers(config[kernelKey], rank),
    strides: numbers(config.strides ?? 1, rank),
    dilations: numbers(dilations ?? 1, rank),
    padding: config.padding === 'same' ? 'same' : 'valid',
  };
}

/** A number for every axis of space, where the configuration may give one for all. */
export function numbers(value: unknown, count: number): number[] {
  const list = Array.isArray(value) ? value.map(Number) : [Number(value)];
  return list.length === count ? list : Array.from({ length: count }, () => list[0]!);
}

const extent = (window: Window, i: number): number => (window.kernel[i]! - 1) * window.dilations[i]! + 1;

/** The sizes of the output's space. */
export const windowOutput = (space: readonly Dim[], window: Window): Dim[] =>
  space.map((dim, i) => windowDim(dim, extent(window, i), window.strides[i]!, window.padding));

/**
 * The padding on both ends of an axis as TensorFlow chooses it for `same` (the odd one goes to the end), or null
 * where it depends on a size that is not known.
 */
function samePadding(dim: Dim, size: number, stride: number): readonly [number, number] | null {
  let total: number;
  if (typeof dim === 'number') total = (Math.ceil(dim / stride) - 1) * stride + size - dim;
  else if (knownFactor(dim) % stride === 0) total = size - stride;
  else return null;
  const padding = Math.max(total, 0);
  return [Math.floor(padding / 2), Math.ceil(padding / 2)];
}

/** Explicit pads wherever they are known; otherwise ONNX works them out for the size at hand. */
export function paddingAttributes(space: readonly Dim[], window: Window): Record<string, Attribute> {
  if (window.padding === 'valid') return { pads: ints(space.flatMap(() => [0, 0])) };
  const pairs = space.map((dim, i) => samePadding(dim, extent(window, i), window.strides[i]!));
  if (pairs.some((pair) => pair === null)) return { auto_pad: text('SAME_UPPER') };
  return { pads: ints([...pairs.map((pair) => pair![0]), ...pairs.map((pair) => pair![1])]) };
}

/**
 * What a transposed convolution makes of its input's space. tfjs makes the output input·stride long with `same`, and at
 * least that with `valid`. In ONNX's terms the full result, (input-1)·stride + kernel, is cut by `pads` or lengthened by
 * `output_padding`; neither depends on the input's size.
 */
export function transposedWindow(space: readonly Dim[], { kernel, strides, padding }: Window) {
  const surplus = kernel.map((size, i) => Math.max(size - strides[i]!, 0));
  const cut = surplus.map((size) => (padding === 'same' ? size : 0));
  return {
    output: space.map((dim, i) => addDim(scaleDim(dim, strides[i]!), surplus[i]! - cut[i]!)),
    padding: {
      pads: ints([...cut.map((size) => Math.floor(size / 2)), ...cut.map((size) => Math.ceil(size / 2))]),
      output_padding: ints(kernel.map((size, i) => Math.max(strides[i]! - size, 0))),
    },
  };
}

/** The axes of space of a tensor that is kept with its channels at place 1. */
export const storedSpace = (value: Value): Dim[] => value.axes.slice(2).map((axis) => value.shape[axis]!);
