import { ConvaeError } from '@convae/runtime/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Tf } from '../../setup/backend.js';
import type { TensorInfo } from '../convert.js';
import { type Container, walkModel } from '../model/tfjs-model.js';
import type { Feeds, PlainTensor } from './ort.js';

/** Where a tensor lies in a graph, so that it can be compared with one of tfjs. */
type Placed = Pick<TensorInfo, 'axes'>;

/** Turns a tensor in the order of the graph into one of tfjs. */
function toTfjs(tf: Tf, { data, shape }: PlainTensor, { axes }: Placed): Tensor {
  const stored = shape.slice(0, axes.length);
  const tensor = tf.tensor(data, stored as number[], data instanceof Int32Array ? 'int32' : 'float32');
  return tf.transpose(
    tensor,
    axes.map((_, axis) => axes.indexOf(axis)),
  );
}

/** Turns a tensor of tfjs into one in the order of the graph; sizes of 1 fill up to `rank`. */
export function fromTfjs(tf: Tf, tensor: Tensor, { axes }: Placed, rank: number = axes.length): PlainTensor {
  const stored = tf.transpose(tensor, [...axes]);
  const shape = [...stored.shape, ...new Array<number>(rank - axes.length).fill(1)];
  return { data: stored.dataSync() as Float32Array | Int32Array, shape };
}

/** One layer's output as tfjs computes it. */
export type ObserveLayer = (layer: string, index: number, output: Tensor) => void;

/**
 * Runs a model in tfjs on feeds in the order of the graph. Sizes other than those the model was built for are
 * computed layer by layer, as tfjs's own check of the sizes would refuse them.
 * @throws ConvaeError RUN_FAILED where tfjs itself cannot compute the model.
 */
export function runTfjs(
  tf: Tf,
  model: LayersModel,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  feeds: Feeds,
): PlainTensor[] {
  return guarded(tf, () => {
    const tensors = inputs.map((info) => toTfjs(tf, feeds[info.name]!, info));
    const results = fits(model, tensors) ? predict(model, tensors) : computeLayers(model, tensors);
    return results.map((tensor, i) => fromTfjs(tf, tensor, outputs[i]!, outputs[i]!.shape.length));
  });
}

/** Runs a model in tfjs layer by layer and shows the output of every layer call. */
export function observeTfjs(
  tf: Tf,
  model: LayersModel,
  inputs: readonly TensorInfo[],
  feeds: Feeds,
  observe: ObserveLayer,
): void {
  guarded(tf, () => {
    const tensors = inputs.map((info) => toTfjs(tf, feeds[info.name]!, info));
    computeLayers(model, tensors, observe);
  });
}

function guarded<T>(tf: Tf, run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ConvaeError('RUN_FAILED', `TensorFlow.js cannot compute the model: ${message}`, { cause });
  } finally {
    tf.engine().endScope();
  }
}

const fits = (model: LayersModel, tensors: readonly Tensor[]): boolean =>
  model.inputs.every(({ shape }, i) =>
    shape.every((size, axis) => axis === 0 || size === null || size === tensors[i]!.shape[axis]),
  );

function predict(model: LayersModel, tensors: readonly Tensor[]): Tensor[] {
  const batchSize = tensors[0]!.shape[0]!;
  const result = model.predict(tensors.length === 1 ? tensors[0]! : [...tensors], { batchSize });
  return Array.isArray(result) ? result : [result];
}

function computeLayers(model: LayersModel, tensors: readonly Tensor[], observe?: ObserveLayer): Tensor[] {
  let index = 0;
  return walkModel<Tensor>(model as unknown as Container, tensors, (layer, inputs, path) => {
    const result = layer.call(inputs.length === 1 ? inputs[0]! : [...inputs], {});
    const output = Array.isArray(result) ? result[0]! : result;
    observe?.(path, index++, output);
    return output;
  });
}
