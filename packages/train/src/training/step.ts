import type { Tensor } from '@tensorflow/tfjs-core';
import type { NetworkShapes } from '../model/shapes.js';
import type { Tf } from '../setup/backend.js';
import type { BlockOps } from './ops/block-ops.js';
import { networkInput, runNetwork } from './ops/network.js';
import { pixelTensor, plainOps } from './ops/plain.js';
import { tensorflowOps } from './ops/tensorflow.js';
import { type ParameterStore, plainStore, resourceStore, type StoreStart } from './parameter-store.js';
import { meanWeightedError } from './weighted-error.js';

/** Block operations and weights on the loaded backend: TensorFlow's kernels where it has them. */
export function openEngine(tf: Tf, start: StoreStart): { ops: BlockOps; store: ParameterStore } {
  return tf.getBackend() === 'tensorflow'
    ? { ops: tensorflowOps(tf), store: resourceStore(tf, start) }
    : { ops: plainOps(tf), store: plainStore(tf, start) };
}

/** What a step runs on. */
export interface StepContext {
  readonly tf: Tf;
  readonly ops: BlockOps;
  readonly store: ParameterStore;
  readonly shapes: NetworkShapes;
}

/** One batch: float32 N×H×W×C in 0..1; input and target are the same array unless noise was added. */
export interface StepBatch {
  readonly input: Float32Array;
  readonly target: Float32Array;
  readonly count: number;
}

/** The tensor that the network runs on, and the pixels that it should give back. */
export function batchTensors(context: StepContext, { input, target, count }: StepBatch): [Tensor, Tensor] {
  const { tf, ops, shapes } = context;
  const first = shapes.encoder[0]!;
  return [
    networkInput(tf, ops, shapes, { pixels: input, count }),
    pixelTensor(tf, first, { pixels: target, count }),
  ];
}

/** Take one training step on the mean squared error; returns half the sum of squared errors before it. */
export function trainingStep(context: StepContext, batch: StepBatch, learningRate: number): number {
  const { tf, ops, store, shapes } = context;
  return tf.tidy(() => {
    const [x, target] = batchTensors(context, batch);
    const run = runNetwork(ops, shapes, x, store.tensors());
    const { halfSum, gradient } = meanWeightedError(context, run.output, target);
    store.adamStep(run.backward(gradient), learningRate);
    return halfSum.dataSync()[0]!;
  });
}

/** Half the sum of squared errors of a batch and the range of each latent channel. */
export interface BatchMeasure {
  readonly halfSum: number;
  readonly latentMin: Float32Array;
  readonly latentMax: Float32Array;
}

/** Run a batch forward without training. */
export function measureBatch(context: StepContext, batch: StepBatch): BatchMeasure {
  const { tf, ops, store, shapes } = context;
  return tf.tidy(() => {
    const [x, target] = batchTensors(context, batch);
    const { latent, output } = runNetwork(ops, shapes, x, store.tensors());
    const axes = shapes.latent.flat ? [0] : [0, 1, 2];
    return {
      halfSum: meanWeightedError(context, output, target).halfSum.dataSync()[0]!,
      latentMin: tf.min(latent, axes).dataSync() as Float32Array,
      latentMax: tf.max(latent, axes).dataSync() as Float32Array,
    };
  });
}
