import type { Tensor } from '@tensorflow/tfjs-core';
import type { ChainLink } from '../../model/shapes.js';

/** Gradients of the loss with respect to one block's kernel, bias and, where asked for, input. */
interface BlockGradients {
  readonly kernel: Tensor;
  readonly bias: Tensor;
  readonly input: Tensor | undefined;
}

/** One block's output and the way back through it. */
export interface BlockRun {
  /** float32, N×H×W×C, or N×C where flat. */
  readonly output: Tensor;
  /**
   * @param gradient of the loss with respect to `output`, same shape
   * @param needInput false for the first block, whose input gradient nobody reads
   */
  backward(gradient: Tensor, needInput: boolean): BlockGradients;
}

/** Pixels of a batch: float32, N×H×W×C, 0..1. */
export interface PixelBatch {
  readonly pixels: Float32Array;
  readonly count: number;
}

/** Runs blocks forward and backward; every tensor it makes belongs to the `tf.tidy` around the step. */
export interface BlockOps {
  /** The tensor that `forward` of the network's first block takes; its layout is the implementation's own. */
  input(first: ChainLink, batch: PixelBatch): Tensor;
  forward(link: ChainLink, input: Tensor, kernel: Tensor, bias: Tensor): BlockRun;
  /** The sum of two tensors of one shape. */
  add(a: Tensor, b: Tensor): Tensor;
  /** max(x, 0), differentiable by `tf.grads`. */
  relu(x: Tensor): Tensor;
  /**
   * Distortion of a batch: half the sum of squared errors (a scalar tensor), and the gradient of the MEAN squared
   * error with respect to `output`.
   */
  squaredError(output: Tensor, target: Tensor): { halfSum: Tensor; gradient: Tensor };
}
