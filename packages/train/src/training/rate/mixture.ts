import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../../setup/backend.js';

/** Logistic distributions in the mixture that stands for one symbol. */
export const COMPONENTS = 3;
/** Every symbol keeps at least this probability, as in the integer tables (16 bits). */
const FLOOR = 2 ** -15;
/** Means are learned, and contexts read, in units of so many latent units: parameters stay near 1. */
export const MEAN_SCALE = 2;

/** Initial output of a prior for one symbol: weights and sharpnesses in log2, means in {@link MEAN_SCALE}. */
export function initialMixture(): number[] {
  const centred = Array.from({ length: COMPONENTS }, (_, i) => i - (COMPONENTS - 1) / 2);
  const sharpness = -0.5;
  return [...centred.map(() => 0), ...centred.map((c) => c), ...centred.map(() => sharpness)];
}

/** Largest log2 of 1/scale that is told apart. */
const MAX_SHARPNESS = 8;

/**
 * Bits of values under mixtures of logistic distributions, each integrated over the width of a step.
 *
 * @param values float32 [...], latent units.
 * @param outputs float32 [..., 3·components]: log2 weights, means, log2 of 1/scale.
 * @param width of the steps, latent units; broadcast against [..., 1].
 * @source Salimans et al., 2017, arXiv:1701.05517
 */
export function mixtureBits(tf: Tf, values: Tensor, outputs: Tensor, width: Tensor): Tensor {
  const [a, m, t] = tf.split(outputs, 3, -1) as [Tensor, Tensor, Tensor];
  const weights = tf.softmax(tf.mul(a, Math.LN2));
  const distance = tf.sub(tf.expandDims(values, -1), tf.mul(m, MEAN_SCALE));
  const sharp = tf.exp(tf.mul(tf.minimum(t, MAX_SHARPNESS), Math.LN2));
  const half = tf.div(width, 2);
  // What float32 loses of small differences in the upper tail, 2^−24, is far below the floor.
  const upper = tf.sigmoid(tf.mul(tf.add(distance, half), sharp));
  const lower = tf.sigmoid(tf.mul(tf.sub(distance, half), sharp));
  const mass = tf.sum(tf.mul(weights, tf.sub(upper, lower)), -1);
  return tf.mul(tf.log(tf.add(tf.mul(mass, 1 - FLOOR), FLOOR)), -1 / Math.LN2);
}
