import { float, int, ints } from '../graph/graph.js';
import { storedAxes, storedAxis, storedShape, type Value } from '../layout.js';
import { applyActivation, clip } from './activations.js';
import {
  floatInput,
  type LayerCall,
  type LayerHandler,
  requireWeight,
  unsupported,
  weightConstant,
} from './layer-call.js';

const activation: LayerHandler = (call) => applyActivation(call, floatInput(call));

const relu: LayerHandler = (call) => {
  const input = floatInput(call);
  const maximum = call.config.maxValue;
  if (typeof maximum === 'number') return clip(call.builder, call.name, input, 0, maximum);
  return call.builder.apply('Relu', call.name, input);
};

const withAlpha =
  (op: string, key: 'alpha' | 'theta'): LayerHandler =>
  (call) =>
    call.builder.apply(op, call.name, floatInput(call), [], { alpha: float(Number(call.config[key])) });

/** One slope per element, or per channel where the other axes are shared. */
const prelu: LayerHandler = (call) => {
  const input = floatInput(call);
  const { shape } = requireWeight(call, 'alpha');
  if (!shape.every((size, i) => size === 1 || size === input.shape[i + 1])) {
    const sizes = storedShape(input).join('×');
    const reason = `has one slope per element of a fixed size and cannot take ${sizes}; share its axes 1 and 2`;
    throw unsupported(call, reason);
  }
  const axes = input.axes.slice(1).map((axis) => axis - 1);
  return call.builder.apply('PRelu', call.name, input, [weightConstant(call, 'alpha', axes)]);
};

/** tfjs computes softmax along the last axis, or along several axes at once. */
const softmax: LayerHandler = (call) => {
  const input = floatInput(call);
  const axis = call.config.axis;
  const axes = (Array.isArray(axis) ? axis : [axis]).map(Number);
  if (axes.length > 1) return softmaxOverAxes(call, input, axes);
  const [single = -1] = axes;
  const rank = input.shape.length;
  if (single !== -1 && single !== rank - 1) {
    const reason = `softmax along axis ${single} of ${rank}; tfjs computes it along the last axis only`;
    throw unsupported(call, reason);
  }
  return call.builder.apply('Softmax', call.name, input, [], { axis: int(storedAxis(input, -1)) });
};

function softmaxOverAxes(call: LayerCall, input: Value, axes: readonly number[]): Value {
  const { builder, name } = call;
  const attributes = { axes: ints(storedAxes(input, axes)), keepdims: int(1) };
  const norm = builder.apply('ReduceLogSumExp', `${name}/ReduceLogSumExp`, input, [], attributes);
  const shifted = builder.apply('Sub', `${name}/Sub`, input, [norm.name]);
  return builder.apply('Exp', name, shifted);
}

/** Layers that are activation functions. */
export const activationLayers: Readonly<Record<string, LayerHandler>> = {
  Activation: activation,
  ELU: withAlpha('Elu', 'alpha'),
  LeakyReLU: withAlpha('LeakyRelu', 'alpha'),
  PReLU: prelu,
  ReLU: relu,
  Softmax: softmax,
  ThresholdedReLU: withAlpha('ThresholdedRelu', 'theta'),
};
