import { ConvaeError } from '@convae/runtime/core';
import type { GraphBuilder } from '../builder.js';
import { storedShape, type Value } from '../layout.js';
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

/** A weight as a constant of the graph, shared between all calls of the layer. */
export function weightConstant(
  call: LayerCall,
  name: string,
  dims: readonly number[],
  make: () => Float32Array,
): string {
  return call.builder.constant(`${call.layer.id}/${name}/${dims}`, dims, make, `${call.name}/${name}`);
}

/** The layer's bias as a constant, or none. */
export function biasConstant(call: LayerCall): string[] {
  const bias = findWeight(call.layer, 'bias');
  return bias ? [weightConstant(call, 'bias', bias.shape, () => bias.data)] : [];
}

/** A size of the input that must be known when the graph is written. */
export function knownSize(call: LayerCall, value: Value, axis: number, purpose: string): number {
  const size = value.shape.at(axis);
  if (typeof size === 'number') return size;
  const shape = storedShape(value).join('×');
  throw unsupported(
    call,
    `${purpose} must be fixed, but the input is ${shape}; convert it with a fixed size`,
  );
}
