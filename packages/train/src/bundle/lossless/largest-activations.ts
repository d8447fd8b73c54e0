import type { ImageBatch } from '@convae/runtime/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { spread } from '../../dataset/split.js';
import type { ParameterValues } from '../../model/parameters.js';
import type { Tf } from '../../setup/backend.js';
import { rowsFor } from '../../training/lossless/pixel-learner.js';
import { hiddenLayers, type PixelModel, pixelParameters } from '../../training/lossless/pixel-network.js';

/** Values of images that activations are looked at on, about. */
const CALIBRATION_VALUES = 1_000_000;
/** Values at once. */
const GROUP_VALUES = 100_000;

/** Largest activation of each unit of both hidden layers. */
export interface LargestActivations {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

function raise(to: Float32Array, values: Tensor, tf: Tf): void {
  const largest = tf.max(values, [0, 1]).dataSync();
  for (let i = 0; i < to.length; i++) to[i] = Math.max(to[i]!, largest[i]!);
}

/** Some of the images, spread over all, in groups that are looked at together. */
function* groupsOf(images: ImageBatch): Generator<number[]> {
  const values = images.height * images.width * images.channels;
  const each = Math.max(1, Math.floor(GROUP_VALUES / values));
  for (let first = 0; first < images.count; first += each)
    yield Array.from({ length: Math.min(each, images.count - first) }, (_, i) => first + i);
}

/** The largest activations on training images: they set the scales of the integers. */
export function largestActivations(
  tf: Tf,
  model: PixelModel,
  parameters: ParameterValues,
  train: ImageBatch,
): LargestActivations {
  const { hidden1, hidden2 } = model.network;
  const largest = { first: new Float32Array(hidden1), second: new Float32Array(hidden2) };
  const shapes = pixelParameters(model);
  const values = train.height * train.width * train.channels;
  const images = spread(train, Math.min(train.count, Math.max(1, Math.ceil(CALIBRATION_VALUES / values))));
  for (const indices of groupsOf(images)) {
    tf.tidy(() => {
      const weights = parameters.map((p, i) => tf.tensor(p, [...shapes[i]!.shape]));
      const rows = rowsFor(model, images, indices);
      const { values, choice } = hiddenLayers(tf, { model, rows, weights, relu: tf.relu });
      for (const [first, second] of choice === undefined ? [values] : [values, choice]) {
        raise(largest.first, first, tf);
        raise(largest.second, second, tf);
      }
    });
  }
  return largest;
}
