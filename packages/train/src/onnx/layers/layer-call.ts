import { ConvaeError } from '@convae/runtime/core';
import type { GraphBuilder } from '../builder.js';
import { permute, storedShape, type Value } from '../layout.js';
import type { Layer } from '../model/tfjs-model.js';
import { findWeight, type Weight } from '../model/weights.js';

/** One call of one layer, as a handler sees it. */
export interface LayerCall {
  readonly builder: GraphBuilder;
  readonly layer: Layer;
  /** The layer's getConfig(). */
  readonly config: Readonly<Record<string, unknown>>;
  /** The layer's name, with those of the nested models around it. */
  readonly name: string;
  readonly inputs: readonly Value[];
}

/** Writes one layer call into the graph and returns its output. */
export type LayerHandler = (call: LayerCall) => Value;

/** An error about one layer that names it and its class. */
export function unsupported(call: Pick<LayerCall, 'layer' | 'name'>, reason: string): ConvaeError {
  return new ConvaeError('UNSUPPORTED', `Layer "${call.name}" (${call.layer.getClassName()}): ${reason}`);
}

/** The only input of a layer that takes one. */
export function onlyInput(call: LayerCall): Value {
  const [input] = call.inputs;
  if (!input || call.inputs.length !== 1) {
    throw unsupported(call, `takes one input, received ${call.inputs.length}`);
  }
  return input;
}

/** The only input, which must be float32. */
export function floatInput(call: LayerCall): Value {
  const input = onlyInput(call);
  if (input.type !== 'float32') throw unsupported(call, `takes float32, received ${input.type}`);
  return input;
}

/** A weight that the layer must have. */
export function requireWeight(call: LayerCall, name: string): Weight {
  const weight = findWeight(call.layer, name);
  if (!weight) throw unsupported(call, `has no weight "${name}"`);
  return weight;
}

/**
 * A weight as a constant of the graph, shared between all calls of the layer.
 * @param axes the order in which the graph keeps its axes; that of tfjs otherwise.
 * @param shape what its elements are taken for, in the order of tfjs; its own shape otherwise.
 */
export function weightConstant(
  call: LayerCall,
  name: string,
  axes?: readonly number[],
  shape?: readonly number[],
): string {
  const weight = requireWeight(call, name);
  const from = shape ?? weight.shape;
  const dims = axes?.map((axis) => from[axis]!) ?? from;
  const make = () => (axes ? permute(weight.data, from, axes) : weight.data);
  const key = `${call.layer.id}/${name}/${axes}/${dims}`;
  return call.builder.constant(key, dims, make, `${call.name}/${name}`);
}

/** The layer's bias as a constant, or none. */
export const biasConstant = (call: LayerCall): string[] =>
  findWeight(call.layer, 'bias') ? [weightConstant(call, 'bias')] : [];

/** A size of the input that must be known when the graph is written. */
export function knownSize(call: LayerCall, value: Value, axis: number, purpose: string): number {
  const size = value.shape.at(axis);
  if (typeof size === 'number') return size;
  const shape = storedShape(value).join('×');
  const reason = `${purpose} must be fixed, but the input is ${shape}; convert it with a fixed size`;
  throw unsupported(call, reason);
}
