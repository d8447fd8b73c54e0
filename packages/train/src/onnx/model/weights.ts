import { ConvaeError } from '@convae/runtime/core';
import type { Layer } from './tfjs-model.js';

/** A weight of a layer: float32, row-major, in the order of tfjs. */
export interface Weight {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Reads the weight that the layer's class calls `name`, or null where the layer has none of that name.
 * @throws ConvaeError NON_FINITE where it holds NaN or infinity.
 */
export function findWeight(layer: Layer, name: string): Weight | null {
  const variable = layer.weights.find((weight) => weight.originalName.split('/').at(-1) === name);
  if (!variable) return null;
  const tensor = variable.read();
  const data = Float32Array.from(tensor.dataSync());
  const index = data.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    const where = `weight "${name}" of layer "${layer.name}" (${layer.getClassName()})`;
    throw new ConvaeError('NON_FINITE', `The ${where} holds ${data[index]} at index ${index}`);
  }
  return { data, shape: tensor.shape };
}
