import type { ImageBatch } from '@convae/runtime/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../../setup/backend.js';
import type { BlockOps } from '../ops/block-ops.js';
import type { ParameterStore, StoreStart } from '../parameter-store.js';
import { openEngine } from '../step.js';
import { meanBits, type PixelModel, pixelParameters } from './pixel-network.js';
import { type PixelRows, pixelRows } from './pixel-rows.js';

/** Values that are measured at once, about. */
const MEASURED_VALUES = 100_000;

/** The network under training. */
export interface PixelLearner {
  readonly store: ParameterStore;
  /** One step of Adam on the mean bits of a value; returns them as they were before it. */
  step(images: ImageBatch, indices: ArrayLike<number>, learningRate: number): number;
  /** Mean bits of a value of these images. */
  measure(images: ImageBatch): number;
}

/** The rows of images for a model. */
export function rowsFor(model: PixelModel, images: ImageBatch, indices: ArrayLike<number>): PixelRows {
  return pixelRows(images, indices, { ...model.network, grid: model.grid });
}

function step(
  tf: Tf,
  { ops, store }: { ops: BlockOps; store: ParameterStore },
  { model, rows, learningRate }: { model: PixelModel; rows: PixelRows; learningRate: number },
): number {
  return tf.tidy(() => {
    const loss = (...weights: Tensor[]): Tensor => meanBits(tf, { model, rows, weights, relu: ops.relu });
    const { value, grads } = tf.valueAndGrads(loss)(store.tensors());
    store.adamStep(grads, learningRate);
    return value.dataSync()[0]!;
  });
}

/** All images in groups of a number of values that is measured at once. */
function* groups(images: ImageBatch): Generator<number[]> {
  const { count, height, width, channels } = images;
  const size = Math.max(1, Math.floor(MEASURED_VALUES / (height * width * channels)));
  for (let first = 0; first < count; first += size)
    yield Array.from({ length: Math.min(size, count - first) }, (_, i) => first + i);
}

/** Opens the network on the loaded backend. */
export function openPixelLearner(
  tf: Tf,
  model: PixelModel,
  start: Pick<StoreStart, 'values' | 'adam'>,
): PixelLearner {
  const { ops, store } = openEngine(tf, { shapes: pixelParameters(model), ...start });
  const bits = (rows: PixelRows): number =>
    tf.tidy(() => meanBits(tf, { model, rows, weights: store.tensors(), relu: ops.relu }).dataSync()[0]!);
  return {
    store,
    step: (images, indices, learningRate) =>
      step(tf, { ops, store }, { model, rows: rowsFor(model, images, indices), learningRate }),
    measure: (images) => {
      let sum = 0;
      for (const indices of groups(images)) sum += bits(rowsFor(model, images, indices)) * indices.length;
      return sum / images.count;
    },
  };
}
