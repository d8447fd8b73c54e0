import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../setup/backend.js';
import type { BlockOps } from './ops/block-ops.js';

/**
 * What the square of each error of a batch counts, in the order of its pixels: of RGBA the original's alpha for colours
 * and 1 for alpha, so that nothing transparent costs anything; undefined, which is 1, for other images.
 * @param target the original pixels, 0..1: float32, N×H×W×C.
 * @returns float32 in the target's shape.
 */
function errorWeights(tf: Tf, target: Tensor): Tensor | undefined {
  if (target.shape.at(-1) !== 4) return undefined;
  const alpha = tf.slice(target, [0, 0, 0, 3]);
  return tf.concat([alpha, alpha, alpha, tf.onesLike(alpha)], -1);
}

/** Errors of a batch: what the loss sums, and half of its gradient with respect to the output. */
export interface WeightedError {
  /** Weight · squared error, in the output's shape. */
  readonly squares: Tensor;
  /** Weight · error, in the output's shape. */
  readonly slope: Tensor;
}

/**
 * The errors of an output, weighted, once it is an image's, 0..1. The gradient is that of the output itself: what is beyond
 * black or white costs nothing where it should be black or white, and is led back where it should not.
 */
export function weightedError(tf: Tf, output: Tensor, target: Tensor): WeightedError {
  const error = tf.sub(tf.clipByValue(output, 0, 1), target);
  const weights = errorWeights(tf, target);
  const slope = weights === undefined ? error : tf.mul(error, weights);
  return { squares: tf.mul(slope, error), slope };
}

/** {@link BlockOps.squaredError}, weighted: half the sum, and the gradient of the mean. */
export function meanWeightedError(
  { tf, ops }: { readonly tf: Tf; readonly ops: BlockOps },
  output: Tensor,
  target: Tensor,
): ReturnType<BlockOps['squaredError']> {
  if (target.shape.at(-1) !== 4) return ops.squaredError(output, target);
  const { squares, slope } = weightedError(tf, output, target);
  return { halfSum: tf.mul(tf.sum(squares), 0.5), gradient: tf.mul(slope, 2 / output.size) };
}
