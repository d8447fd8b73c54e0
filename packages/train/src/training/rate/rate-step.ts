import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { networkTensorCount, tensorCount } from '../../model/parameters.js';
import type { Tf } from '../../setup/backend.js';
import { type ChainRun, runHalf } from '../ops/network.js';
import { batchTensors, type StepBatch, type StepContext } from '../step.js';
import { type WeightedError, weightedError } from '../weighted-error.js';
import { commonValues } from './common-values.js';
import { contextBits, contextOutputs, factorizedBits } from './priors.js';
import { lossWeight, middleOf, type RateSpec } from './rate-spec.js';

/** How the latents are quantized at this point of the run. */
export type Quantization = 'noise' | 'round' | 'tune';

/** What a step on rate and distortion runs on; the store holds the network's weights, gains and offsets, then the priors. */
export interface RateContext extends StepContext {
  readonly rate: RateSpec;
}

/** Images and the quality that they are coded at. */
export interface RateImages extends StepBatch {
  /** Index of the recipe's lambdas. */
  readonly quality: number;
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
  /** Logarithms, qualities×channels. */
  readonly gains: Tensor2D;
  /** Of each channel. */
  readonly offsets: Tensor;
  readonly priors: readonly Tensor[];
}

function weightsOf({ store, shapes }: RateContext): Weights {
  const all = store.tensors();
  const encoder = tensorCount('encoder', shapes);
  const network = networkTensorCount(shapes);
  return {
    encoder: all.slice(0, encoder),
    decoder: all.slice(encoder, network),
    gains: all[network] as Tensor2D,
    offsets: all[network + 1]!,
    priors: all.slice(network + 2),
  };
}

/** The logarithms of the gains at a quality, 1×channels. */
function gainsAt(tf: Tf, gains: Tensor2D, quality: number): Tensor {
  return tf.slice(gains, [quality, 0], [1, gains.shape[1]]);
}

/** Bits of a batch under each prior. */
interface RateTerms {
  readonly factorized: Tensor;
  readonly context: Tensor | undefined;
}

/** A batch of latents under the priors; tensors are float32 rows×channels in latent units. */
interface RateQuestion {
  readonly images: number;
  readonly quality: number;
  /** What the bits are counted for. */
  readonly values: Tensor;
  /** What the contexts know; undefined leaves the context network out. */
  readonly known: Tensor | undefined;
  /** 1×channels. */
  readonly logGains: Tensor;
  readonly priors: readonly Tensor[];
}

function rateTerms({ tf, ops, rate, shapes }: RateContext, question: RateQuestion): RateTerms {
  const { images, quality, values, known, logGains, priors } = question;
  const rows = { images, shape: shapes.latent };
  const steps = tf.exp(tf.neg(logGains));
  const factorized = factorizedBits(tf, rows, values, priors[0]!, steps);
  if (rate.context === null || known === undefined) return { factorized, context: undefined };
  const outputs = contextOutputs(tf, rows, known, {
    weights: priors.slice(1),
    spec: rate.context,
    quality,
    relu: ops.relu,
  });
  return { factorized, context: contextBits(tf, values, outputs, steps) };
}

/** Latents at a quality: as the bits see them, and as decoder and contexts do. float32 rows×channels, latent units. */
interface Quantized {
  readonly values: Tensor;
  readonly known: Tensor;
  /** What quantizing added to each of them, in steps: it moves with the step where the gain changes. */
  readonly added: { readonly values: Tensor; readonly known: Tensor };
}

function rounded(tf: Tf, latent: Tensor, gains: Tensor): Tensor {
  return tf.div(tf.round(tf.mul(latent, gains)), gains);
}

function quantized(
  tf: Tf,
  latent: Tensor,
  gains: Tensor,
  noise: Float32Array,
  quantization: Quantization,
): Quantized {
  const scaled = tf.mul(latent, gains);
  const rounding = tf.sub(tf.round(scaled), scaled);
  const drawn = quantization === 'tune' ? rounding : tf.tensor(noise, latent.shape as [number, number]);
  const added = { values: drawn, known: quantization === 'round' ? rounding : drawn };
  const moved = (steps: Tensor): Tensor => tf.add(latent, tf.div(steps, gains));
  return { values: moved(added.values), known: moved(added.known), added };
}

/** The gradients of the rate with its sums. */
interface RateGradients {
  readonly values: Tensor;
  /** Undefined without the context network. */
  readonly known: Tensor | undefined;
  /** Of the logarithms of the gains, through the width of the steps. */
  readonly logGains: Tensor;
  readonly priors: readonly Tensor[];
  readonly terms: RateTerms;
}

function rateGradients(
  context: RateContext,
  { values, known }: Quantized,
  { logGains, priors }: { logGains: Tensor; priors: readonly Tensor[] },
  {
    count,
    quality,
    withContext,
    weight,
  }: { count: number; quality: number; withContext: boolean; weight: number },
): RateGradients {
  const { tf, rate } = context;
  const used = withContext ? priors : priors.slice(0, 1);
  let terms: RateTerms | undefined;
  const loss = (first: Tensor, gains: Tensor, ...rest: Tensor[]): Tensor => {
    const [seen, weights] = withContext ? [rest[0], rest.slice(1)] : [undefined, rest];
    const question = { images: count, quality, values: first, known: seen, logGains: gains, priors: weights };
    terms = rateTerms(context, question);
    tf.keep(terms.factorized);
    if (terms.context === undefined) return tf.mul(terms.factorized, weight);
    tf.keep(terms.context);
    const share = rate.factorizedShare;
    return tf.mul(tf.add(tf.mul(terms.factorized, share), tf.mul(terms.context, 1 - share)), weight);
  };
  const [toValues, toGains, ...rest] = tf.grads(loss)([
    values,
    logGains,
    ...(withContext ? [known] : []),
    ...used,
  ]) as [Tensor, Tensor, ...Tensor[]];
  return {
    values: toValues,
    known: withContext ? rest[0] : undefined,
    logGains: toGains,
    priors: rest.slice(withContext ? 1 : 0),
    terms: terms!,
  };
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

/** What is rounded: latents less their offsets, rows×channels. */
const centred = (tf: Tf, { shapes }: RateContext, latent: Tensor, offsets: Tensor): Tensor =>
  tf.sub(tf.reshape(latent, [-1, shapes.latent.channels]), offsets);

/** The decoder's input from what was centred. */
const uncentred = (tf: Tf, { output }: ChainRun, known: Tensor, offsets: Tensor): Tensor =>
  tf.reshape(tf.add(known, offsets), output.shape);

/** One step of Adam on bits + lambda · squared error, per image and of its quality's weight; returns the sums before it. */
export function rateStep(context: RateContext, batch: RateBatch, options: RateStepOptions): RateSums {
  const { tf, ops, store, shapes, rate } = context;
  const { count, quality } = batch;
  const { quantization, withContext, emphasis } = options;
  const tuned = quantization === 'tune';
  return tf.tidy(() => {
    const weights = weightsOf(context);
    const logGains = gainsAt(tf, weights.gains, quality);
    const gains = tf.exp(logGains);
    const [x, target] = batchTensors(context, batch);
    const encoder = runHalf(ops, shapes, 'encoder', x, weights.encoder);
    const latent = centred(tf, context, encoder.output, weights.offsets);
    const latents = quantized(tf, latent, gains, batch.noise, quantization);
    const seen = uncentred(tf, encoder, latents.known, weights.offsets);
    const decoder = runHalf(ops, shapes, 'decoder', seen, weights.decoder);
    const error = weightedError(tf, decoder.output, target);
    const weight = lossWeight(rate, quality) / count;
    const decoded = decoder.backward(
      tf.mul(error.slope, 2 * emphasis * rate.lambdas[quality]! * weight),
      !tuned,
    );
    const bits = rateGradients(
      context,
      latents,
      { logGains, priors: weights.priors },
      { count, quality, withContext, weight },
    );
    const encoded = tuned
      ? weights.encoder.map(() => undefined)
      : encoderGradients(context, encoder, decoded.input!, bits);
    const toGains = tuned
      ? undefined
      : gainGradients(context, weights.gains, latents, { decoded: decoded.input!, bits, gains, quality });
    const gradients = [...encoded, ...decoded.parameters, toGains, undefined, ...bits.priors];
    store.adamStep(gradients, options.learningRate);
    return readSums(tf, error, bits.terms);
  });
}

/** What the latents as decoder and contexts see them are worth: rows×channels. */
function knownGradient(tf: Tf, decoded: Tensor, { known, values }: RateGradients): Tensor {
  const fromDecoder = tf.reshape(decoded, values.shape);
  return known === undefined ? fromDecoder : tf.add(fromDecoder, known);
}

/** Straight through: what holds at the quantized values counts for the latents themselves. */
function encoderGradients(
  { tf }: RateContext,
  encoder: ChainRun,
  decoded: Tensor,
  bits: RateGradients,
): Tensor[] {
  const latent = tf.add(bits.values, knownGradient(tf, decoded, bits));
  return encoder.backward(tf.reshape(latent, encoder.output.shape), false).parameters;
}

/** Gradients of the gains' logarithms, qualities×channels; 0 but at the present quality. A step is 1 / gain wide. */
function gainGradients(
  { tf }: RateContext,
  all: Tensor2D,
  { added }: Quantized,
  at: { decoded: Tensor; bits: RateGradients; gains: Tensor; quality: number },
): Tensor {
  const { decoded, bits, gains, quality } = at;
  const moved = tf.add(
    tf.mul(added.values, bits.values),
    tf.mul(added.known, knownGradient(tf, decoded, bits)),
  );
  const own = tf.sub(bits.logGains, tf.div(tf.sum(moved, 0, true), gains));
  const [qualities] = all.shape;
  return tf.pad(own as Tensor2D, [
    [quality, qualities - 1 - quality],
    [0, 0],
  ]);
}

/** Rate and distortion of images at hard rounding. */
export function measureRate(context: RateContext, batch: RateImages): RateSums {
  const { tf, ops, shapes } = context;
  const { count, quality } = batch;
  return tf.tidy(() => {
    const weights = weightsOf(context);
    const logGains = gainsAt(tf, weights.gains, quality);
    const [x, target] = batchTensors(context, batch);
    const encoder = runHalf(ops, shapes, 'encoder', x, weights.encoder);
    const latent = centred(tf, context, encoder.output, weights.offsets);
    const known = rounded(tf, latent, tf.exp(logGains));
    const seen = uncentred(tf, encoder, known, weights.offsets);
    const decoder = runHalf(ops, shapes, 'decoder', seen, weights.decoder);
    const { priors } = weights;
    const question = { images: count, quality, values: known, known, logGains, priors };
    return readSums(tf, weightedError(tf, decoder.output, target), rateTerms(context, question));
  });
}

/** Moves each channel's offset to what many of its latents are, on these images. */
export function centre(context: RateContext, { input, count }: StepBatch): void {
  const { tf, ops, store, shapes, rate } = context;
  const [latents, steps] = tf.tidy(() => {
    const weights = weightsOf(context);
    const [x] = batchTensors(context, { input, target: input, count });
    const { output } = runHalf(ops, shapes, 'encoder', x, weights.encoder);
    const middle = tf.exp(tf.neg(gainsAt(tf, weights.gains, middleOf(rate))));
    return [output, middle].map((tensor) => tensor.dataSync() as Float32Array) as [
      Float32Array,
      Float32Array,
    ];
  });
  store.update(networkTensorCount(shapes) + 1, (offsets) => commonValues(latents, steps, offsets));
}
