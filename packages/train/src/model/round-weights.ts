import {
  elements,
  isLinear,
  type ParameterShape,
  type ParameterValues,
  parameterShapes,
} from './parameters.js';
import type { ArchitectureSpec } from './spec.js';

/**
 * How kernels are stored: in float32, in eight bits, or in eight bits those of the linear transforms too, which at some
 * 20 dB costs nothing.
 */
export const WEIGHT_STORAGES = ['float32', 'int8', 'int8-linear'] as const;
/** One of {@link WEIGHT_STORAGES}. */
export type WeightStorage = (typeof WEIGHT_STORAGES)[number];

/** Largest int8 weight; −128 is not used, so that the scale is the same on both sides. */
const MAX_INT8 = 127;
/** Significant bits of a scale: products with seven-bit integers stay exact in float32 (24 bits). */
const SCALE_BITS = 16;

/** The smallest number of {@link SCALE_BITS} significant bits that is not below `value`, which is positive. */
function roundedUp(value: number): number {
  const unit = 2 ** (Math.floor(Math.log2(value)) - SCALE_BITS + 1);
  return Math.ceil(value / unit) * unit;
}

/** Where a value's output channel is: the stride between channels and their number. */
function channelAxis(
  { name, shape }: ParameterShape,
  spec: ArchitectureSpec,
): { stride: number; count: number } {
  const [part, index] = name.split('/') as ['encoder' | 'decoder', string];
  const transposed = isLinear({ name })
    ? part === 'decoder'
    : spec[part][Number(index)]!.kind === 'transpose';
  const axis = transposed ? shape.length - 2 : shape.length - 1;
  return { stride: elements(shape.slice(axis + 1)), count: shape[axis]! };
}

function roundedKernel(values: Float32Array, stride: number, count: number): Float32Array {
  const channelOf = (i: number): number => Math.floor(i / stride) % count;
  const largest = new Float64Array(count);
  for (const [i, value] of values.entries()) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(value));
  }
  const scales = largest.map((value) => (value === 0 ? 1 : roundedUp(value / MAX_INT8)));
  return values.map((value, i) => Math.round(value / scales[channelOf(i)]!) * scales[channelOf(i)]!);
}

/**
 * The network's weights with every kernel rounded to eight bits: integers −127..127 times one scale for each output
 * channel, exactly. A graph with such weights is stored in a quarter of the bytes. Biases, linear transforms (few weights that
 * carry most of the image) but with `int8-linear`, and what follows the network's weights stay as they are.
 */
export function roundedParameters(
  spec: ArchitectureSpec,
  values: ParameterValues,
  storage: WeightStorage = 'int8',
): ParameterValues {
  if (storage === 'float32') return values;
  const shapes = parameterShapes(spec);
  return values.map((tensor, i) => {
    const shape = shapes[i];
    if (shape === undefined || shape.role === 'bias') return tensor;
    if (storage === 'int8' && isLinear(shape)) return tensor;
    const { stride, count } = channelAxis(shape, spec);
    return roundedKernel(tensor, stride, count);
  });
}
