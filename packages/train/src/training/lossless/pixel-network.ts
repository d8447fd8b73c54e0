import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { createRandom } from '../../dataset/random.js';
import { elements } from '../../model/parameters.js';
import type { Tf } from '../../setup/backend.js';
import type { PixelNetwork } from './lossless-recipe.js';
import type { PixelGrid } from './pixel-grid.js';
import { inputCount, type PixelRows } from './pixel-rows.js';

/** Means are learned in units of so many grey levels: parameters stay near 1. */
export const LEVELS_IN_UNIT = 32;
/** Sharpnesses, log2 of 1/scale in grey levels, are kept within ±this. */
const MAX_SHARPNESS = 6;
/** Sharpnesses at the start: scales of 8 grey levels in the middle, and of 23 further out, which large steps still reach. */
const FIRST_SHARPNESS = { middle: -3, outer: -4.5 } as const;
/** What the 16-bit frequencies leave of a mass, and the least that they give. */
const [KEPT, FLOOR] = [1 - 255 / 65536, 2 ** -17];
/** Stream number of the initial weights. */
const STREAM = 0x71;

/** What is trained: sizes, and the places that are told apart. */
export interface PixelModel {
  readonly channels: number;
  readonly network: PixelNetwork;
  readonly grid: PixelGrid;
}

/** A weight tensor and how it starts. */
export interface PixelParameter {
  readonly name: string;
  readonly shape: readonly number[];
  initial(seed: number): Float32Array;
}

/** Outputs for a value: weights, means and sharpnesses of the components, weights of the masses at 0 and at white. */
export const outputCount = (components: number): number => 3 * components + 2;

function uniform(name: string, shape: readonly number[], limit: number, stream: number): PixelParameter {
  const initial = (seed: number): Float32Array => {
    const random = createRandom(seed, STREAM, stream);
    return Float32Array.from({ length: elements(shape) }, () => (random.uniform() * 2 - 1) * limit);
  };
  return { name, shape, initial };
}

/** Output biases of a channel at the start: means spread around the left neighbour. */
function firstOutputs(components: number): number[] {
  const middle = components >> 1;
  const each = (of: (i: number) => number): number[] => Array.from({ length: components }, (_, i) => of(i));
  const sharpness = (i: number): number => FIRST_SHARPNESS[i === middle ? 'middle' : 'outer'];
  return [...each(() => 0), ...each((i) => i - (components - 1) / 2), ...each(sharpness), 0, 0];
}

/** The weights of the network, in the order that {@link hiddenLayers} takes them; the last where there are channels to tell apart. */
export function pixelParameters({ channels, network, grid }: PixelModel): PixelParameter[] {
  const { radius, hidden1, hidden2, components } = network;
  const inputs = inputCount(channels, radius);
  const outputs = outputCount(components);
  const start = firstOutputs(components);
  const zeros = (name: string, shape: readonly number[]): PixelParameter => uniform(name, shape, 0, 0);
  const all = [
    // Most neighbours are alike, so their sum is larger than that of independent inputs.
    uniform('pixels/window', [inputs, hidden1], Math.sqrt(1.5 / inputs), 1),
    zeros('pixels/place', [grid.height * grid.width, hidden1]),
    uniform('pixels/channel', [channels, 1, hidden1], 0.3, 3),
    uniform('pixels/second', [hidden1, hidden2], Math.sqrt(6 / hidden1), 4),
    uniform('pixels/second-bias', [channels, 1, hidden2], 0.1, 5),
    uniform('pixels/output', [channels, hidden2, outputs], 0.05, 6),
    {
      name: 'pixels/output-bias',
      shape: [channels, 1, outputs],
      initial: () => Float32Array.from({ length: channels * outputs }, (_, i) => start[i % outputs]!),
    },
  ];
  if (channels === 1) return all;
  return [...all, uniform('pixels/earlier', [2 * (channels - 1), hidden1], Math.sqrt(1.5 / inputs), 2)];
}

/** Ones where a channel (column pair) comes before another (row), channels×1×2·(channels − 1). */
function earlierMask(tf: Tf, channels: number): Tensor {
  const pairs = 2 * (channels - 1);
  const ones = Float32Array.from({ length: channels * pairs }, (_, i) =>
    Math.floor((i % pairs) / 2) < Math.floor(i / pairs) ? 1 : 0,
  );
  return tf.tensor(ones, [channels, 1, pairs]);
}

/** The part of the first layer that comes from the place's earlier channels, channels×rows×hidden1. */
function earlierPart(tf: Tf, { channels }: PixelModel, rows: PixelRows, weights: Tensor): Tensor {
  const pairs = 2 * (channels - 1);
  const own = tf.tensor(rows.own, [1, rows.count, pairs]);
  const known = tf.reshape(tf.mul(own, earlierMask(tf, channels)), [channels * rows.count, pairs]);
  return tf.reshape(tf.matMul(known as Tensor2D, weights as Tensor2D), [channels, rows.count, -1]);
}

/** What {@link hiddenLayers} runs on. */
export interface PixelQuestion {
  readonly model: PixelModel;
  readonly rows: PixelRows;
  /** In the order of {@link pixelParameters}. */
  readonly weights: readonly Tensor[];
  readonly relu: (x: Tensor) => Tensor;
}

/** Activations of both hidden layers, float32 channels×rows×units. */
export function hiddenLayers(tf: Tf, { model, rows, weights, relu }: PixelQuestion): [Tensor, Tensor] {
  const { channels, network } = model;
  const { radius, hidden1, hidden2 } = network;
  const [window, place, channel, second, secondBias, , , earlier] = weights as [Tensor, ...Tensor[]];
  const inputs = tf.tensor2d(rows.inputs, [rows.count, inputCount(channels, radius)]);
  const near = tf.matMul(inputs, window as Tensor2D);
  const places = tf.gather(place as Tensor2D, tf.tensor1d(rows.places, 'int32'));
  const shared = tf.add(tf.reshape(tf.add(near, places), [1, rows.count, hidden1]), channel!);
  const own = earlier === undefined ? shared : tf.add(shared, earlierPart(tf, model, rows, earlier));
  const h1 = relu(own);
  const product = tf.matMul(tf.reshape(h1, [-1, hidden1]) as Tensor2D, second as Tensor2D);
  return [h1, relu(tf.add(tf.reshape(product, [channels, -1, hidden2]), secondBias!))];
}

/** Bits of the values of each row under the network's outputs, channels×rows; each row once, whatever it stands for. */
function rowBits(tf: Tf, { channels, network }: PixelModel, rows: PixelRows, outputs: Tensor): Tensor {
  const { components, bases } = network;
  const column = (values: Float32Array): Tensor => tf.tensor(values, [channels, rows.count, 1]);
  const parts = tf.split(outputs, [components, components, components, 2], -1);
  const [logits, means, sharpnesses, points] = parts as [Tensor, Tensor, Tensor, Tensor];
  const weights = tf.softmax(tf.mul(tf.concat([logits, points], -1), Math.LN2));
  const [mixed, atZero, atWhite] = tf.split(weights, [components, 1, 1], -1) as [Tensor, Tensor, Tensor];
  const turns = tf.tensor1d(
    Int32Array.from({ length: components }, (_, i) => i % bases),
    'int32',
  );
  const base = tf.gather(tf.tensor(rows.bases, [channels, rows.count, bases]), turns, 2);
  const centre = tf.add(base, tf.mul(means, LEVELS_IN_UNIT));
  const sharp = tf.exp(tf.mul(tf.clipByValue(sharpnesses, -MAX_SHARPNESS, MAX_SHARPNESS), Math.LN2));
  const below = (edges: Float32Array): Tensor => tf.sigmoid(tf.mul(tf.sub(column(edges), centre), sharp));
  const zero = column(rows.zero);
  const logistic = tf.sum(tf.mul(mixed, tf.sub(below(rows.high), below(rows.low))), -1, true);
  const masses = tf.add(tf.mul(atZero, zero), tf.mul(atWhite, column(rows.white)));
  // A value of 0 is a decision of its own; the others keep a frequency of 1 each.
  const kept = tf.add(tf.mul(zero, 1 - KEPT), KEPT);
  const mass = tf.add(tf.mul(tf.add(logistic, masses), kept), FLOOR);
  return tf.reshape(tf.mul(tf.log(mass), -1 / Math.LN2), [channels, rows.count]);
}

/** Bits of each row's values, float32 channels×rows. */
export function pixelBits(tf: Tf, question: PixelQuestion): Tensor {
  const { model, rows, weights } = question;
  const [output, bias] = weights.slice(5) as [Tensor, Tensor];
  const [, h2] = hiddenLayers(tf, question);
  const outputs = tf.add(tf.matMul(h2 as Tensor3D, output as Tensor3D), bias);
  return rowBits(tf, model, rows, outputs);
}

/** Mean bits of a value over all places that the rows stand for, a scalar. */
export function meanBits(tf: Tf, question: PixelQuestion): Tensor {
  const { rows } = question;
  return tf.div(tf.sum(tf.mul(pixelBits(tf, question), tf.tensor1d(rows.weights))), rows.values);
}
