import { neighbourCount } from '@convae/runtime/core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { createRandom } from '../../dataset/random.js';
import { elements } from '../../model/parameters.js';
import type { BlockShape } from '../../model/shapes.js';
import type { Tf } from '../../setup/backend.js';
import { COMPONENTS, initialMixture, MEAN_SCALE, mixtureBits } from './mixture.js';
import { type ContextSpec, middleLambda, type RateSpec } from './rate-spec.js';

/** A weight tensor of a prior and how it starts. */
export interface PriorShape {
  readonly name: string;
  readonly shape: readonly number[];
  initial(seed: number): Float32Array;
}

const OUTPUTS = 3 * COMPONENTS;
/** Names of the tensors that {@link quantizerShapes} describes. */
export const GAINS = 'gains/log';
export const OFFSETS = 'offsets';
/** Stream number of the priors' initial weights. */
const PRIOR_STREAM = 0x70;

const zeros = (name: string, shape: readonly number[]): PriorShape => ({
  name,
  shape,
  initial: () => new Float32Array(elements(shape)),
});

function repeated(name: string, shape: readonly number[], values: readonly number[]): PriorShape {
  const initial = (): Float32Array =>
    Float32Array.from({ length: elements(shape) }, (_, i) => values[i % values.length]!);
  return { name, shape, initial };
}

function uniform(name: string, shape: readonly number[], limit: number, stream: number): PriorShape {
  const initial = (seed: number): Float32Array => {
    const random = createRandom(seed, PRIOR_STREAM, stream);
    return Float32Array.from({ length: elements(shape) }, () => (random.uniform() * 2 - 1) * limit);
  };
  return { name, shape, initial };
}

/**
 * The logarithm of each quality's and channel's gain, qualities×channels: a step is 1 / gain latent units. Then each channel's
 * offset, latent units: what is rounded is the latent less this. No gradient moves it: see `commonValues`.
 */
export function quantizerShapes({ channels }: BlockShape, rate: RateSpec): PriorShape[] {
  // A uniform quantizer's error grows with the square of its step.
  const starts = rate.lambdas.map((lambda) => Math.log(lambda / middleLambda(rate)) / 2);
  const initial = (): Float32Array =>
    Float32Array.from({ length: starts.length * channels }, (_, i) => starts[Math.floor(i / channels)]!);
  return [{ name: GAINS, shape: [starts.length, channels], initial }, zeros(OFFSETS, [channels])];
}

/** The factorized prior: a mixture for each place and channel. */
export function factorizedShapes({ height, width, channels }: BlockShape): PriorShape[] {
  return [repeated('prior/factorized', [height * width * channels, OUTPUTS], initialMixture())];
}

/** The context network's weights, in the order that {@link contextOutputs} takes them. */
export function contextShapes(
  { height, width, channels }: BlockShape,
  { radius, hidden1, hidden2, place }: ContextSpec,
  qualities: number,
): PriorShape[] {
  const window = neighbourCount(radius) * channels;
  const he = (fanIn: number): number => Math.sqrt(6 / fanIn);
  return [
    uniform('prior/context/window', [window, hidden1], he(window + channels), 0),
    uniform('prior/context/earlier', [channels, hidden1], he(window + channels), 1),
    zeros('prior/context/position', [place ? height * width : 0, hidden1]),
    uniform('prior/context/channel', [channels, hidden1], 0.5, 2),
    zeros('prior/context/quality', [qualities, hidden1]),
    uniform('prior/context/second', [hidden1, hidden2], he(hidden1), 3),
    uniform('prior/context/second-bias', [channels, hidden2], 0.1, 4),
    uniform('prior/context/output', [channels, hidden2, OUTPUTS], 0.02, 5),
    repeated('prior/context/output-bias', [channels, 1, OUTPUTS], initialMixture()),
  ].filter(({ shape }) => elements(shape) > 0);
}

/** A batch of latents: rows are places, image after image; columns are channels. */
export interface LatentRows {
  readonly images: number;
  readonly shape: BlockShape;
}

/** Bits of the latents under the factorized prior, summed. `values` float32 rows×channels, `steps` channels; latent units. */
export function factorizedBits(
  tf: Tf,
  { images, shape }: LatentRows,
  values: Tensor,
  prior: Tensor,
  steps: Tensor,
): Tensor {
  const { height, width, channels } = shape;
  const outputs = tf.reshape(prior, [height * width, channels, OUTPUTS]);
  const byPlace = tf.reshape(values, [images, height * width, channels]);
  return tf.sum(mixtureBits(tf, byPlace, outputs, tf.reshape(steps, [channels, 1])));
}

/** The context network as it is asked. */
export interface ContextQuestion {
  /** In the order of {@link contextShapes}. */
  readonly weights: readonly Tensor[];
  readonly spec: ContextSpec;
  readonly quality: number;
  readonly relu: (x: Tensor) => Tensor;
}

/** The part of the first layer that comes from the causal window, float32 images×places×1×hidden1. */
function windowPart(tf: Tf, rows: LatentRows, inputs: Tensor, weights: Tensor, radius: number): Tensor {
  const { images, shape } = rows;
  const { height, width, channels } = shape;
  const side = 2 * radius + 1;
  const hidden = weights.shape[1]!;
  // The present place and those right of it get kernels of 0.
  const missing = (side * (radius + 1) - neighbourCount(radius)) * channels;
  const all = tf.pad(weights as Tensor2D, [
    [0, missing],
    [0, 0],
  ]);
  const kernel: Tensor4D = tf.reshape(all, [radius + 1, side, channels, hidden]);
  const padded = tf.pad(tf.reshape(inputs, [images, height, width, channels]) as Tensor4D, [
    [0, 0],
    [radius, 0],
    [radius, radius],
    [0, 0],
  ]);
  return tf.reshape(tf.conv2d(padded, kernel, 1, 'valid'), [images, height * width, 1, hidden]);
}

/** Ones where a channel (column) comes before another (row). */
function earlierChannels(tf: Tf, channels: number): Tensor {
  const ones = Float32Array.from({ length: channels * channels }, (_, i) =>
    i % channels < Math.floor(i / channels) ? 1 : 0,
  );
  return tf.tensor2d(ones, [channels, channels]);
}

/** The part of the first layer that comes from the place's earlier channels, images×places×channels×hidden1. */
function ownPart(tf: Tf, { images, shape }: LatentRows, inputs: Tensor, weights: Tensor): Tensor {
  const { channels, height, width } = shape;
  const places = height * width;
  const known = tf.mul(tf.reshape(inputs, [images * places, 1, channels]), earlierChannels(tf, channels));
  const flat = tf.reshape(known, [images * places * channels, channels]);
  return tf.reshape(tf.matMul(flat as Tensor2D, weights as Tensor2D), [images, places, channels, -1]);
}

/**
 * Outputs of the context network for every symbol, float32 channels×rows×outputs.
 *
 * @param inputs float32 rows×channels, latent units: what the decoder knows of the latents.
 */
export function contextOutputs(tf: Tf, rows: LatentRows, inputs: Tensor, question: ContextQuestion): Tensor {
  const { spec, quality, relu } = question;
  const weights = [...question.weights];
  const window = spec.radius > 0 ? weights.shift() : undefined;
  const earlier = weights.shift();
  const position = spec.place ? weights.shift() : undefined;
  const [channel, byQuality, second, secondBias, output, outputBias] = weights;
  const { channels, height, width } = rows.shape;
  const scaled = tf.div(inputs, MEAN_SCALE);
  const stepped = tf.slice(byQuality as Tensor2D, [quality, 0], [1, spec.hidden1]);
  const still = position ? tf.add(tf.reshape(position, [height * width, 1, spec.hidden1]), stepped) : stepped;
  const shared =
    window === undefined ? still : tf.add(windowPart(tf, rows, scaled, window, spec.radius), still);
  const h1 = relu(tf.add(ownPart(tf, rows, scaled, earlier!), tf.add(shared, channel!)));
  const flat = tf.reshape(h1, [-1, spec.hidden1]);
  const product = tf.reshape(tf.matMul(flat as Tensor2D, second as Tensor2D), [-1, channels, spec.hidden2]);
  const h2 = relu(tf.add(product, secondBias!));
  const byChannel = tf.transpose(h2 as Tensor3D, [1, 0, 2]);
  return tf.add(tf.matMul(byChannel as Tensor3D, output as Tensor3D), outputBias!);
}

/** Bits of the latents under the context network, summed. `values` float32 rows×channels, `steps` channels; latent units. */
export function contextBits(tf: Tf, values: Tensor, outputs: Tensor, steps: Tensor): Tensor {
  return tf.sum(mixtureBits(tf, tf.transpose(values as Tensor2D), outputs, tf.reshape(steps, [-1, 1, 1])));
}
