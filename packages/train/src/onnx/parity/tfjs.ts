import { ConvaeError } from '@convae/runtime/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Tf } from '../../setup/backend.js';
import type { ConvertedModel, TensorInfo } from '../convert.js';
import { asIs, transposition } from '../layout.js';
import { type Container, walkModel } from '../model/tfjs-model.js';
import { type Feeds, messageOf, type PlainTensor } from './ort.js';

/** Where a tensor lies in a graph, so that it can be compared with one of tfjs. */
type Placed = Pick<TensorInfo, 'axes'>;

/** Turns a tensor in the order of the graph into one of tfjs. */
function toTfjs(tf: Tf, { data, shape }: PlainTensor, { axes }: Placed): Tensor {
  const stored = shape.slice(0, axes.length);
  const tensor = tf.tensor(data, stored as number[], data instanceof Int32Array ? 'int32' : 'float32');
  return tf.transpose(tensor, transposition(axes, asIs(axes.length)));
}

/** Turns a tensor of tfjs into one in the order of the graph; sizes of 1 fill up to `rank`. */
export function fromTfjs(tf: Tf, tensor: Tensor, { axes }: Placed, rank: number = axes.length): PlainTensor {
  const stored = tf.transpose(tensor, [...axes]);
  const shape = [...stored.shape, ...new Array<number>(rank - axes.length).fill(1)];
  return { data: stored.dataSync() as Float32Array | Int32Array, shape };
}

/** Takes the output of one layer call as tfjs computes it; `index` counts the calls. */
type ObserveLayer = (index: number, output: Tensor) => void;

/**
 * Runs a model in tfjs on feeds in the order of the graph. Sizes other than those the model was built for are
 * computed layer by layer, as tfjs's own check of the sizes would refuse them.
 * @param observe computes layer by layer and is shown the output of every layer call.
 * @throws ConvaeError RUN_FAILED where tfjs itself cannot compute the model.
 */
export function runTfjs(
  tf: Tf,
  model: LayersModel,
  { inputs, outputs }: Pick<ConvertedModel, 'inputs' | 'outputs'>,
  feeds: Feeds,
  observe?: ObserveLayer,
): PlainTensor[] {
  tf.engine().startScope();
  try {
    const tensors = inputs.map((info) => toTfjs(tf, feeds[info.name]!, info));
    const whole = !observe && fits(model, tensors);
    const results = whole ? predict(model, tensors) : computeLayers(model, tensors, observe);
    return results.map((tensor, i) => fromTfjs(tf, tensor, outputs[i]!, outputs[i]!.shape.length));
  } catch (cause) {
    const message = `TensorFlow.js cannot compute the model: ${messageOf(cause)}`;
    throw new ConvaeError('RUN_FAILED', message, { cause });
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
  return walkModel<Tensor>(model as unknown as Container, tensors, (layer, inputs) => {
    const result = layer.call(inputs.length === 1 ? inputs[0]! : [...inputs], {});
    const output = Array.isArray(result) ? result[0]! : result;
    observe?.(index++, output);
    return output;
  });
}
