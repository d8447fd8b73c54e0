import { COPY_CANDIDATES, COPY_CHOICES } from '@convae/runtime/core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { createRandom } from '../../dataset/random.js';
import { elements } from '../../model/parameters.js';
import type { Tf } from '../../setup/backend.js';
import type { PixelNetwork } from './lossless-recipe.js';
import type { PixelGrid } from './pixel-grid.js';
import { inputCount, ownCount, type PixelRows } from './pixel-rows.js';

/** Means are learned in units of so many grey levels: parameters stay near 1. */
export const LEVELS_IN_UNIT = 32;
/** Sharpnesses, log2 of 1/scale in grey levels, are kept within ±this. */
const MAX_SHARPNESS = 6;
/**
 * Sharpnesses at the start, in their units: scales of 8 grey levels in the middle, and of 23 further out, which large steps
 * still reach; of 2 where colours are copied.
 */
const FIRST_SHARPNESS = { middle: -3, outer: -4.5, copies: -0.25 } as const;
/** What the 16-bit frequencies leave of a mass, and the least that they give. */
const [KEPT, FLOOR] = [1 - 255 / 65536, 2 ** -17];
/** Taken from the logarithm of what cannot be. */
const IMPOSSIBLE = 1e4;
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

/** What the network answers: a value of each channel, and last where colours are copied how a place is coded. */
export const headCount = ({ channels, network }: Pick<PixelModel, 'channels' | 'network'>): number =>
  channels + (network.copies ? 1 : 0);

/** Outputs for a value: weights, means and sharpnesses of the components, weights of the masses at 0 and at white. */
export const outputCount = (components: number): number => 3 * components + 2;

function uniform(name: string, shape: readonly number[], limit: number, stream: number): PixelParameter {
  const initial = (seed: number): Float32Array => {
    const random = createRandom(seed, STREAM, stream);
    return Float32Array.from({ length: elements(shape) }, () => (random.uniform() * 2 - 1) * limit);
  };
  return { name, shape, initial };
}

/** Sharpnesses are learned in units of so many binary logarithms: where colours are copied, what is left has all scales. */
export const sharpnessUnit = ({ copies }: Pick<PixelNetwork, 'copies'>): number => (copies ? 4 : 1);

/** Output biases of a channel at the start: means spread around the left neighbour, or each at its base. */
function firstOutputs({ components, copies }: PixelNetwork): number[] {
  const middle = components >> 1;
  const each = (of: (i: number) => number): number[] => Array.from({ length: components }, (_, i) => of(i));
  if (copies) return [...each(() => 0), ...each(() => 0), ...each(() => FIRST_SHARPNESS.copies), 0, 0];
  const sharpness = (i: number): number => FIRST_SHARPNESS[i === middle ? 'middle' : 'outer'];
  return [...each(() => 0), ...each((i) => i - (components - 1) / 2), ...each(sharpness), 0, 0];
}

/** The weights of the network, in the order that {@link hiddenLayers} takes them; the last where there are channels to tell apart. */
export function pixelParameters(model: PixelModel): PixelParameter[] {
  const { channels, network, grid } = model;
  const { radius, hidden1, hidden2, components, copies } = network;
  const inputs = inputCount(channels, radius, copies);
  const heads = headCount(model);
  const outputs = outputCount(components);
  const start = firstOutputs(network);
  const zeros = (name: string, shape: readonly number[]): PixelParameter => uniform(name, shape, 0, 0);
  const all = [
    // Most neighbours are alike, so their sum is larger than that of independent inputs.
    uniform('pixels/window', [inputs, hidden1], Math.sqrt(1.5 / inputs), 1),
    zeros('pixels/place', [grid.height * grid.width, hidden1]),
    uniform('pixels/channel', [heads, 1, hidden1], 0.3, 3),
    uniform('pixels/second', [hidden1, hidden2], Math.sqrt(6 / hidden1), 4),
    uniform('pixels/second-bias', [heads, 1, hidden2], 0.1, 5),
    uniform('pixels/output', [heads, hidden2, outputs], 0.05, 6),
    {
      name: 'pixels/output-bias',
      shape: [heads, 1, outputs],
      initial: () =>
        Float32Array.from({ length: heads * outputs }, (_, i) =>
          i < channels * outputs ? start[i % outputs]! : 0,
        ),
    },
  ];
  if (channels === 1) return all;
  return [
    ...all,
    uniform('pixels/earlier', [ownCount(channels, copies), hidden1], Math.sqrt(1.5 / inputs), 2),
  ];
}

/** The channel that each input of {@link ownCount} comes from. */
function channelsOfOwn(channels: number, copies: boolean): number[] {
  const each = (count: number): number[] =>
    Array.from({ length: count * (channels - 1) }, (_, i) => Math.floor(i / count));
  return [...each(2), ...(copies ? each(COPY_CANDIDATES.length) : [])];
}

/** Ones where an input's channel (column) comes before another (row), channels×1×inputs. */
function earlierMask(tf: Tf, { channels, network }: PixelModel): Tensor {
  const from = channelsOfOwn(channels, network.copies);
  const rows = Array.from({ length: channels }, (_, channel) =>
    from.map((earlier) => (earlier < channel ? 1 : 0)),
  );
  return tf.tensor(rows.flat(), [channels, 1, from.length]);
}

/** The part of the first layer that comes from the place's earlier channels, channels×coded×hidden1. */
function earlierPart(tf: Tf, model: PixelModel, rows: PixelRows, weights: Tensor): Tensor {
  const { channels, network } = model;
  const count = ownCount(channels, network.copies);
  const own = tf.tensor(rows.own, [1, rows.coded, count]);
  const known = tf.reshape(tf.mul(own, earlierMask(tf, model)), [channels * rows.coded, count]);
  return tf.reshape(tf.matMul(known as Tensor2D, weights as Tensor2D), [channels, rows.coded, -1]);
}

/** What {@link hiddenLayers} runs on. */
export interface PixelQuestion {
  readonly model: PixelModel;
  readonly rows: PixelRows;
  /** In the order of {@link pixelParameters}. */
  readonly weights: readonly Tensor[];
  readonly relu: (x: Tensor) => Tensor;
}

/** Activations of both hidden layers, float32 heads×rows×units. */
type Layers = [first: Tensor, second: Tensor];

/** The first layer's sums over the neighbours and of the place, rows×hidden1. */
function placeSums(tf: Tf, { model, rows, weights }: PixelQuestion): Tensor {
  const { radius, copies } = model.network;
  const inputs = tf.tensor2d(rows.inputs, [rows.count, inputCount(model.channels, radius, copies)]);
  const near = tf.matMul(inputs, weights[0] as Tensor2D);
  const places = tf.gather(weights[1] as Tensor2D, tf.tensor1d(rows.places, 'int32'));
  return tf.add(near, places);
}

/** The layers of `count` heads from `first` on, above sums that all share or that each has. */
function layersOf(tf: Tf, question: PixelQuestion, sums: Tensor, first: number, count: number): Layers {
  const { hidden1, hidden2 } = question.model.network;
  const [channel, second, bias] = question.weights.slice(2) as [Tensor, Tensor, Tensor];
  const own = (all: Tensor): Tensor => tf.slice(all, [first, 0, 0], [count, -1, -1]);
  const h1 = question.relu(tf.add(sums, own(channel)));
  const product = tf.matMul(tf.reshape(h1, [-1, hidden1]) as Tensor2D, second as Tensor2D);
  return [h1, question.relu(tf.add(tf.reshape(product, [count, -1, hidden2]), own(bias)))];
}

/** The outputs of such heads. */
function outputsOf(tf: Tf, { weights }: PixelQuestion, [, h2]: Layers, first: number): Tensor {
  const [output, bias] = weights.slice(5) as [Tensor, Tensor];
  const own = (all: Tensor): Tensor => tf.slice(all, [first, 0, 0], [h2.shape[0]!, -1, -1]);
  return tf.add(tf.matMul(h2 as Tensor3D, own(output) as Tensor3D), own(bias));
}

/** The layers of the values of coded places, and where colours are copied of how each place is coded. */
export function hiddenLayers(
  tf: Tf,
  question: PixelQuestion,
): { readonly values: Layers; readonly choice: Layers | undefined } {
  const { model, rows, weights } = question;
  const { channels, network } = model;
  const sums = placeSums(tf, question);
  const shared = (of: Tensor): Tensor => tf.expandDims(of, 0);
  const choice = network.copies ? layersOf(tf, question, shared(sums), channels, 1) : undefined;
  const coded = shared(network.copies ? tf.gather(sums, tf.tensor1d(rows.codedRows, 'int32')) : sums);
  const earlier = weights[7];
  const own = earlier === undefined ? coded : tf.add(coded, earlierPart(tf, model, rows, earlier));
  return { values: layersOf(tf, question, own, 0, channels), choice };
}

/** Bits of the values of each row under the network's outputs, channels×coded; each row once, whatever it stands for. */
function rowBits(tf: Tf, { channels, network }: PixelModel, rows: PixelRows, outputs: Tensor): Tensor {
  const { components, bases } = network;
  const column = (values: Float32Array): Tensor => tf.tensor(values, [channels, rows.coded, 1]);
  const parts = tf.split(outputs, [components, components, components, 2], -1);
  const [logits, means, sharpnesses, points] = parts as [Tensor, Tensor, Tensor, Tensor];
  const weights = tf.softmax(tf.mul(tf.concat([logits, points], -1), Math.LN2));
  const [mixed, atZero, atWhite] = tf.split(weights, [components, 1, 1], -1) as [Tensor, Tensor, Tensor];
  const turns = tf.tensor1d(
    Int32Array.from({ length: components }, (_, i) => i % bases),
    'int32',
  );
  const base = tf.gather(tf.tensor(rows.bases, [channels, rows.coded, bases]), turns, 2);
  const centre = tf.add(base, tf.mul(means, LEVELS_IN_UNIT));
  const logarithms = tf.mul(sharpnesses, sharpnessUnit(network));
  const sharp = tf.exp(tf.mul(tf.clipByValue(logarithms, -MAX_SHARPNESS, MAX_SHARPNESS), Math.LN2));
  const below = (edges: Float32Array): Tensor => tf.sigmoid(tf.mul(tf.sub(column(edges), centre), sharp));
  const zero = column(rows.zero);
  const logistic = tf.sum(tf.mul(mixed, tf.sub(below(rows.high), below(rows.low))), -1, true);
  const masses = tf.add(tf.mul(atZero, zero), tf.mul(atWhite, column(rows.white)));
  // A value of 0 is a decision of its own; the others keep a frequency of 1 each.
  const kept = tf.add(tf.mul(zero, 1 - KEPT), KEPT);
  const mass = tf.add(tf.mul(tf.add(logistic, masses), kept), FLOOR);
  return tf.reshape(tf.mul(tf.log(mass), -1 / Math.LN2), [channels, rows.coded]);
}

/** Bits of which choice each row is, float32 rows; candidates that repeat a colour are none. */
function choiceBits(tf: Tf, rows: PixelRows, outputs: Tensor): Tensor {
  const logits = tf.slice(tf.reshape(outputs, [rows.count, -1]), [0, 0], [-1, COPY_CHOICES]);
  const candidates = tf.tensor2d(rows.candidates, [rows.count, COPY_CANDIDATES.length]);
  const possible = tf.pad(
    candidates,
    [
      [0, 0],
      [0, COPY_CHOICES - COPY_CANDIDATES.length],
    ],
    1,
  );
  const known = tf.sub(logits, tf.mul(tf.sub(1, possible), IMPOSSIBLE));
  const logarithms = tf.logSoftmax(tf.mul(known, Math.LN2));
  const chosen = tf.oneHot(tf.tensor1d(rows.choices, 'int32'), COPY_CHOICES);
  return tf.mul(tf.sum(tf.mul(logarithms, chosen), -1), -1 / Math.LN2);
}

/** What places cost, float32. */
export interface PixelBits {
  /** channels×coded: of each value; of a colour of the list more than it takes, for the others of the list are not left out. */
  readonly values: Tensor;
  /** rows: of which choice each place is, where colours are copied. */
  readonly choice: Tensor | undefined;
}

/** Bits of each row. */
export function pixelBits(tf: Tf, question: PixelQuestion): PixelBits {
  const { model, rows } = question;
  const layers = hiddenLayers(tf, question);
  const values = rowBits(tf, model, rows, outputsOf(tf, question, layers.values, 0));
  if (layers.choice === undefined) return { values, choice: undefined };
  return { values, choice: choiceBits(tf, rows, outputsOf(tf, question, layers.choice, model.channels)) };
}

/** Mean bits of a value over all places that the rows stand for, a scalar. */
export function meanBits(tf: Tf, question: PixelQuestion): Tensor {
  const { rows } = question;
  const { values, choice } = pixelBits(tf, question);
  const weights = tf.tensor1d(rows.weights);
  const coded = choice === undefined ? weights : tf.gather(weights, tf.tensor1d(rows.codedRows, 'int32'));
  const sum = tf.sum(tf.mul(values, coded));
  return tf.div(choice === undefined ? sum : tf.add(sum, tf.sum(tf.mul(choice, weights))), rows.values);
}
