import { float, int, ints } from '../graph/graph.js';
import { storedAxes, storedAxis, type Value } from '../layout.js';
import { findWeight } from '../model/weights.js';
import {
  floatInput,
  knownSize,
  type LayerCall,
  type LayerHandler,
  requireWeight,
  weightConstant,
} from './layer-call.js';

/** The running statistics applied as one factor and one summand per channel, both worked out in float64. */
const batchNormalization: LayerHandler = (call) => {
  const input = floatInput(call);
  const axis = storedAxis(input, Number(call.config.axis));
  const { data: mean } = requireWeight(call, 'moving_mean');
  if (axis === 1) return operator(call, input, mean.length);
  const dims = input.shape.map((_, i) => (i === axis ? mean.length : 1));
  const { factor, summand } = affine(call, mean);
  const constant = (name: string, data: Float32Array) =>
    call.builder.constant(`${call.layer.id}/${name}/${dims}`, dims, () => data, `${call.name}/${name}`);
  const scaled = call.builder.apply('Mul', call.name, input, [constant('factor', factor)]);
  return call.builder.apply('Add', `${call.name}/Add`, scaled, [constant('summand', summand)]);
};

/** ONNX's operator, for channels at place 1. */
function operator(call: LayerCall, input: Value, channels: number): Value {
  const operands = Object.entries({ gamma: 1, beta: 0, moving_mean: 0, moving_variance: 1 }).map(
    ([name, missing]) => {
      if (findWeight(call.layer, name)) return weightConstant(call, name);
      const make = () => new Float32Array(channels).fill(missing);
      return call.builder.constant(`${call.layer.id}/${name}`, [channels], make, `${call.name}/${name}`);
    },
  );
  const attributes = { epsilon: float(Number(call.config.epsilon)) };
  return call.builder.apply('BatchNormalization', call.name, input, operands, attributes);
}

function affine(call: LayerCall, mean: Float32Array): { factor: Float32Array; summand: Float32Array } {
  const { data: variance } = requireWeight(call, 'moving_variance');
  const gamma = findWeight(call.layer, 'gamma')?.data;
  const beta = findWeight(call.layer, 'beta')?.data;
  const epsilon = Number(call.config.epsilon);
  const exact = Array.from(variance, (value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  return {
    factor: Float32Array.from(exact),
    summand: Float32Array.from(exact, (factor, i) => (beta?.[i] ?? 0) - mean[i]! * factor),
  };
}

/** (x - mean) / √(variance + epsilon) · gamma + beta, over any axes and in any order of them. */
const layerNormalization: LayerHandler = (call) => {
  const input = floatInput(call);
  const { builder, name, config } = call;
  const listed = Array.isArray(config.axis) ? config.axis.map(Number) : [Number(config.axis)];
  const rank = input.shape.length;
  const axes = listed.map((axis) => (axis < 0 ? axis + rank : axis));
  for (const axis of axes) knownSize(call, input, axis, 'the normalised size');
  const reduce = { axes: ints(storedAxes(input, axes)), keepdims: int(1) };
  const mean = builder.apply('ReduceMean', `${name}/mean`, input, [], reduce);
  const centred = builder.apply('Sub', `${name}/centre`, input, [mean.name]);
  const square = builder.apply('Mul', `${name}/square`, centred, [centred.name]);
  const variance = builder.apply('ReduceMean', `${name}/variance`, square, [], reduce);
  const shifted = builder.apply('Add', `${name}/epsilon`, variance, [builder.scalar(Number(config.epsilon))]);
  const deviation = builder.apply('Sqrt', `${name}/deviation`, shifted);
  const normalised = builder.apply('Div', name, centred, [deviation.name]);
  return scaleAndShift(call, normalised, axes);
};

/** tfjs reads gamma and beta in the natural order of the axes; 1 stands at all others. */
function scaleAndShift(call: LayerCall, value: Value, axes: readonly number[]): Value {
  const shape = value.shape.map((dim, axis) => (axes.includes(axis) ? (dim as number) : 1));
  const steps = Object.entries({ gamma: 'Mul', beta: 'Add' });
  return steps.reduce<Value>((current, [weight, op]) => {
    if (!findWeight(call.layer, weight)) return current;
    const operand = weightConstant(call, weight, value.axes, shape);
    return call.builder.apply(op, `${call.name}/${op}`, current, [operand]);
  }, value);
}

/** Normalisation layers. */
export const normalizationLayers: Readonly<Record<string, LayerHandler>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
};
