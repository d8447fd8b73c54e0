import type { Tensor } from '@tensorflow/tfjs-core';
import { tensorCount } from '../../model/parameters.js';
import type { Tf } from '../../setup/backend.js';
import { type ChainRun, runHalf } from '../ops/network.js';
import { batchTensors, type StepBatch, type StepContext } from '../step.js';
import { type WeightedError, weightedError } from '../weighted-error.js';
import { contextBits, contextOutputs, factorizedBits } from './priors.js';
import { FINEST_STEP, lambdaAt, type RateSpec } from './rate-spec.js';

/** How the latents are quantized at this point of the run. */
export type Quantization = 'noise' | 'round' | 'tune';

/** What a step on rate and distortion runs on; the store holds the network's weights, then those of the priors. */
export interface RateContext extends StepContext {
  readonly rate: RateSpec;
}

/** Images and the step of their symbols. */
export interface RateImages extends StepBatch {
  /** Step in finest steps. */
  readonly multiplier: number;
}

/** Images to train on. */
export interface RateBatch extends RateImages {
  /** float32, one for each latent value, −0.5..0.5, in units of the step: it stands for rounding. */
  readonly noise: Float32Array;
}

/** How one step is taken. */
export interface RateStepOptions {
  readonly quantization: Quantization;
  readonly learningRate: number;
  /** False leaves the context network out: the rate is the factorized prior's alone. */
  readonly withContext: boolean;
  /** Factor on lambda. */
  readonly emphasis: number;
}

/** Sums over a batch. */
export type RateSums = {
  /** Sum of squared errors, weighted where images are RGBA, pixels 0..1. */
  readonly squaredError: number;
  /** Bits under the factorized prior. */
  readonly factorizedBits: number;
  /** Bits under the context network; 0 without one. */
  readonly contextBits: number;
};

/** The weights of a step by what they belong to. */
interface Weights {
  readonly encoder: readonly Tensor[];
  readonly decoder: readonly Tensor[];
  readonly priors: readonly Tensor[];
}

function weightsOf({ store, shapes }: RateContext): Weights {
  const all = store.tensors();
  const encoder = tensorCount('encoder', shapes);
  const network = encoder + tensorCount('decoder', shapes);
  return {
    encoder: all.slice(0, encoder),
    decoder: all.slice(encoder, network),
    priors: all.slice(network),
  };
}

/** Bits of a batch under each prior. */
interface RateTerms {
  readonly factorized: Tensor;
  readonly context: Tensor | undefined;
}

/** A batch of latents under the priors; tensors are float32 rows×channels in finest steps. */
interface RateQuestion {
  readonly images: number;
  readonly multiplier: number;
  /** What the bits are counted for. */
  readonly values: Tensor;
  /** What the contexts know; undefined leaves the context network out. */
  readonly known: Tensor | undefined;
  readonly priors: readonly Tensor[];
}

function rateTerms({ tf, ops, rate, shapes }: RateContext, question: RateQuestion): RateTerms {
  const { images, multiplier, values, known, priors } = question;
  const rows = { images, shape: shapes.latent };
  const factorized = factorizedBits(tf, rows, values, priors[0]!, multiplier);
  if (rate.context === null || known === undefined) return { factorized, context: undefined };
  const outputs = contextOutputs(tf, rows, known, {
    weights: priors.slice(1),
    spec: rate.context,
    multiplier,
    relu: ops.relu,
  });
  return { factorized, context: contextBits(tf, values, outputs, multiplier) };
}

/** Latents at a step: as the bits see them, and as decoder and contexts do. float32 rows×channels. */
interface Quantized {
  readonly values: Tensor;
  readonly known: Tensor;
}

function rounded(tf: Tf, latent: Tensor, multiplier: number): Tensor {
  const step = multiplier * FINEST_STEP;
  return tf.mul(tf.round(tf.div(latent, step)), step);
}

function quantized(tf: Tf, latent: Tensor, batch: RateBatch, quantization: Quantization): Quantized {
  const { noise, multiplier } = batch;
  const known = rounded(tf, latent, multiplier);
  if (quantization === 'tune') return { values: known, known };
  const drawn = tf.tensor(noise, latent.shape as [number, number]);
  const values = tf.add(latent, tf.mul(drawn, multiplier * FINEST_STEP));
  return { values, known: quantization === 'noise' ? values : known };
}

/** The gradients of the rate with their sums; those of the latents are for latent units. */
interface RateGradients {
  readonly latent: Tensor;
  readonly priors: readonly Tensor[];
  readonly terms: RateTerms;
}

function rateGradients(
  context: RateContext,
  { values, known }: Quantized,
  priors: readonly Tensor[],
  { count, multiplier, withContext }: { count: number; multiplier: number; withContext: boolean },
): RateGradients {
  const { tf, rate } = context;
  const used = withContext ? priors : priors.slice(0, 1);
  const finest = (t: Tensor): Tensor => tf.div(t, FINEST_STEP);
  let terms: RateTerms | undefined;
  const loss = (first: Tensor, ...rest: Tensor[]): Tensor => {
    const [seen, weights] = withContext ? [rest[0], rest.slice(1)] : [undefined, rest];
    terms = rateTerms(context, { images: count, multiplier, values: first, known: seen, priors: weights });
    tf.keep(terms.factorized);
    if (terms.context === undefined) return tf.div(terms.factorized, count);
    tf.keep(terms.context);
    const share = rate.factorizedShare;
    return tf.div(tf.add(tf.mul(terms.factorized, share), tf.mul(terms.context, 1 - share)), count);
  };
  const latents = withContext ? [finest(values), finest(known)] : [finest(values)];
  const gradients = tf.grads(loss)([...latents, ...used]);
  const toLatents = gradients.slice(0, latents.length);
  // Straight through: what holds at the rounded values counts for the latents themselves.
  return { latent: finest(tf.addN(toLatents)), priors: gradients.slice(latents.length), terms: terms! };
}

/** Read the sums of a batch and free what {@link rateGradients} kept. */
function readSums(tf: Tf, error: WeightedError, { factorized, context }: RateTerms): RateSums {
  const sums = {
    squaredError: tf.sum(error.squares).dataSync()[0]!,
    factorizedBits: factorized.dataSync()[0]!,
    contextBits: context?.dataSync()[0] ?? 0,
  };
  tf.dispose(context === undefined ? [factorized] : [factorized, context]);
  return sums;
}

const rowsOf = (tf: Tf, { shapes }: RateContext, latent: Tensor): Tensor =>
  tf.reshape(latent, [-1, shapes.latent.channels]);

/** One step of Adam on bits + lambda · squared error, per image; returns the sums before it. */
export function rateStep(context: RateContext, batch: RateBatch, options: RateStepOptions): RateSums {
  const { tf, ops, store, shapes, rate } = context;
  const { count, multiplier } = batch;
  const { quantization, withContext, emphasis } = options;
  const tuned = quantization === 'tune';
  return tf.tidy(() => {
    const weights = weightsOf(context);
    const [x, target] = batchTensors(context, batch);
    const encoder = runHalf(ops, shapes, 'encoder', x, weights.encoder);
    const latents = quantized(tf, rowsOf(tf, context, encoder.output), batch, quantization);
    const { shape } = encoder.output;
    const decoder = runHalf(ops, shapes, 'decoder', tf.reshape(latents.known, shape), weights.decoder);
    const error = weightedError(tf, decoder.output, target);
    const weight = (2 * emphasis * lambdaAt(rate, multiplier)) / count;
    const decoded = decoder.backward(tf.mul(error.slope, weight), !tuned);
    const bits = rateGradients(context, latents, weights.priors, { count, multiplier, withContext });
    const encoded = tuned
      ? weights.encoder.map(() => undefined)
      : encoderGradients(tf, encoder, decoded.input!, bits.latent);
    store.adamStep([...encoded, ...decoded.parameters, ...bits.priors], options.learningRate);
    return readSums(tf, error, bits.terms);
  });
}

function encoderGradients(tf: Tf, encoder: ChainRun, distortion: Tensor, rate: Tensor): Tensor[] {
  return encoder.backward(tf.add(distortion, tf.reshape(rate, encoder.output.shape)), false).parameters;
}

/** Rate and distortion of images at hard rounding. */
export function measureRate(context: RateContext, batch: RateImages): RateSums {
  const { tf, ops, shapes } = context;
  const { count, multiplier } = batch;
  return tf.tidy(() => {
    const weights = weightsOf(context);
    const [x, target] = batchTensors(context, batch);
    const encoder = runHalf(ops, shapes, 'encoder', x, weights.encoder);
    const known = rounded(tf, rowsOf(tf, context, encoder.output), multiplier);
    const { shape } = encoder.output;
    const decoder = runHalf(ops, shapes, 'decoder', tf.reshape(known, shape), weights.decoder);
    const values = tf.div(known, FINEST_STEP);
    const question = { images: count, multiplier, values, known: values, priors: weights.priors };
    return readSums(tf, weightedError(tf, decoder.output, target), rateTerms(context, question));
  });
}
