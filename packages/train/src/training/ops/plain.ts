import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { LEAKY_SLOPE } from '../../model/build.js';
import type { ChainLink } from '../../model/shapes.js';
import type { Activation } from '../../model/spec.js';
import type { Tf } from '../../setup/backend.js';
import type { BlockOps, BlockRun, PixelBatch } from './block-ops.js';

function activate(tf: Tf, x: Tensor, activation: Activation): Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'leakyRelu':
      return tf.leakyRelu(x, LEAKY_SLOPE);
    default:
      return tf[activation](x);
  }
}

function linearPart(tf: Tf, link: ChainLink, x: Tensor, kernel: Tensor): Tensor {
  const { block } = link;
  const batch = x.shape[0]!;
  switch (block.kind) {
    case 'conv':
      return tf.conv2d(x as Tensor4D, kernel as Tensor4D, block.stride, 'same');
    case 'transpose': {
      const shape: [number, number, number, number] = [
        batch,
        x.shape[1]! * block.stride,
        x.shape[2]! * block.stride,
        block.filters,
      ];
      return tf.conv2dTranspose(x as Tensor4D, kernel as Tensor4D, shape, block.stride, 'same');
    }
    case 'nearest':
    case 'bilinear': {
      const size: [number, number] = [x.shape[1]! * block.factor, x.shape[2]! * block.factor];
      const big =
        block.kind === 'nearest'
          ? tf.image.resizeNearestNeighbor(x as Tensor4D, size)
          : tf.image.resizeBilinear(x as Tensor4D, size);
      return tf.conv2d(big, kernel as Tensor4D, 1, 'same');
    }
    case 'dense':
    case 'expand':
      return tf.matMul(tf.reshape(x, [batch, -1]), kernel);
  }
}

function forwardPlain(tf: Tf, link: ChainLink, x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  const { block, output } = link;
  const y = activate(tf, tf.add(linearPart(tf, link, x, kernel), bias), block.activation);
  if (block.kind === 'expand') {
    return tf.reshape(y, [x.shape[0]!, output.height, output.width, output.channels]);
  }
  if (block.kind !== 'conv' || block.pool === 1) return y;
  return tf.maxPool(y as Tensor4D, block.pool, block.pool, 'valid');
}

/** A batch as an N×H×W×C tensor. */
export function pixelTensor(tf: Tf, first: ChainLink, { pixels, count }: PixelBatch): Tensor {
  const { height, width, channels } = first.input;
  return tf.tensor(pixels, [count, height, width, channels]);
}

/**
 * Blocks out of tfjs's public operations and its own differentiation: works on every backend; the fast
 * operations for TensorFlow are checked against it.
 */
export function plainOps(tf: Tf): BlockOps {
  const forward = (link: ChainLink, input: Tensor, kernel: Tensor, bias: Tensor): BlockRun => {
    const f = (x: Tensor, k: Tensor, b: Tensor): Tensor => forwardPlain(tf, link, x, k, b);
    const backward: BlockRun['backward'] = (gradient, needInput) => {
      if (needInput) {
        const [dx, dk, db] = tf.grads(f)([input, kernel, bias], gradient);
        return { input: dx!, kernel: dk!, bias: db! };
      }
      const [dk, db] = tf.grads((k: Tensor, b: Tensor) => f(input, k, b))([kernel, bias], gradient);
      return { input: undefined, kernel: dk!, bias: db! };
    };
    return { output: f(input, kernel, bias), backward };
  };
  const squaredError: BlockOps['squaredError'] = (output, target) => {
    const error = tf.sub(output, target);
    return { halfSum: tf.mul(tf.sum(tf.square(error)), 0.5), gradient: tf.mul(error, 2 / output.size) };
  };
  return {
    input: (first, batch) => pixelTensor(tf, first, batch),
    forward,
    add: tf.add,
    relu: tf.relu,
    squaredError,
  };
}
