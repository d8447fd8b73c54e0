import type { Constant, ConstantData } from '../constant.js';
import { UNARY } from '../kernels.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf } from '../planner.js';
import { placesOf } from './pairs.js';

/** ONNX's numbers of the types that a tensor can be of here. */
const TYPES: Readonly<Record<number, 'float32' | 'int32'>> = { 1: 'float32', 6: 'int32', 7: 'int32' };

const cast: Operator = (node) => {
  const number = node.integer('to', 0);
  const type = TYPES[number];
  if (type === undefined) throw node.unsupported(`ONNX's element type ${number}`);
  if (node.isConstant(0)) return castConstant(node, type);
  const input = node.tensor(0, 'any');
  if (input.type === type) return node.give(input);
  const output = node.inPlaceOf(input, type);
  const [from, to, count] = [input.storage.at, output.storage.at, sizeOf(input.dims)];
  const operation = type === 'float32' ? UNARY.toFloat : UNARY.toInteger;
  node.addWork(count);
  const { kernels } = node;
  node.step(() => kernels.unary(operation, from, to, count, 0, 0));
  node.give(output);
};

function castConstant(node: NodePlan, type: 'float32' | 'int32'): void {
  const { dims, data } = node.requireConstant(0);
  node.giveConstant({ dims, data: type === 'float32' ? Float32Array.from(data) : Int32Array.from(data) });
}

/** Constants of eight bits times their scales. */
const dequantize: Operator = (node) => {
  const [integers, scale] = [node.requireConstant(0), node.requireConstant(1)];
  const zero = node.constant(2);
  const { dims, data } = integers;
  if (data instanceof Float32Array || !(scale.data instanceof Float32Array))
    throw node.invalid('has inputs of other types');
  const count = scale.data.length;
  const axis = count === 1 ? 0 : node.axis(node.integer('axis', 1), dims.length);
  if (count !== 1 && dims[axis] !== count) throw node.invalid(`has ${count} scales for ${dims.join('×')}`);
  if (zero !== undefined && zero.data.length !== count)
    throw node.invalid(`has ${zero.data.length} zero points for ${count} scales`);
  const at = placesOf(count === 1 ? [] : [count, ...dims.slice(axis + 1).map(() => 1)], dims);
  node.giveConstant({ dims, data: dequantized(data, scale.data, zero, at) });
};

function dequantized(
  data: ConstantData,
  scales: Float32Array,
  zero: Constant | undefined,
  at: (i: number) => number,
): Float32Array {
  const value = (integer: number, place: number): number =>
    (integer - (zero?.data[place] ?? 0)) * scales[place]!;
  return Float32Array.from({ length: data.length }, (_, i) => value(data[i]!, at(i)));
}

const constant: Operator = (node) => {
  const value = node.attributeConstant('value');
  if (value === undefined) throw node.unsupported('a constant that is no tensor');
  node.giveConstant(value);
};

/** Operators about types, and constants. */
export const TYPING: Readonly<Record<string, Operator>> = {
  Cast: cast,
  Constant: constant,
  DequantizeLinear: dequantize,
};
