import { createRandom, permutation, type Tf } from '@convae/train/kit';
import type { Optimizer, Rank, Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { pickRows, type Rows, scalingOf, standardise } from './matrix.js';
import type { Representation } from './representation.js';
import type { Features } from './schema.js';

/** Weights of the squared coefficients among which the validation images choose. */
const PENALTIES = [1e-5, 1e-4, 1e-3, 1e-2] as const;

/** Adam's steps: fast first, then small ones that settle. */
const STAGES = [
  { rate: 1e-2, epochs: 8 },
  { rate: 1e-3, epochs: 8 },
  { rate: 1e-4, epochs: 4 },
] as const;
/** Images in a step: an eighth of all, so that few images make enough steps, within these. */
const MIN_BATCH = 16;
const MAX_BATCH = 500;
/** Of the order of the training images; everything else is fixed, so a probe gives the same figures again. */
const SEED = 1;

/** Labels of the three parts. */
export interface Labels {
  readonly train: Uint8Array;
  readonly validation: Uint8Array;
  readonly test: Uint8Array;
}

/** How well a linear classifier tells the classes; its penalty is chosen by the validation images' cross-entropy. */
export type ProbeResult = Omit<NonNullable<Features['probes']>[number], 'representation' | 'size'>;

/** One part as tensors: numbers and one-hot classes. */
interface Part {
  readonly x: Tensor2D;
  readonly y: Tensor2D;
}

/** Images of a class that no training image has count as errors: their row of classes is empty. */
function partOf(tf: Tf, rows: Rows, labels: Uint8Array, classes: readonly number[]): Part {
  const hot = new Float32Array(rows.count * classes.length);
  labels.forEach((label, i) => {
    const place = classes.indexOf(label);
    if (place >= 0) hot[i * classes.length + place] = 1;
  });
  return {
    x: tf.tensor2d(rows.data, [rows.count, rows.size]),
    y: tf.tensor2d(hot, [rows.count, classes.length]),
  };
}

/** A linear map from the numbers of an image to a score for each class. */
interface Model {
  readonly kernel: Variable<Rank.R2>;
  readonly bias: Variable<Rank.R1>;
}

function scores(tf: Tf, { kernel, bias }: Model, x: Tensor2D): Tensor2D {
  return tf.add(tf.matMul(x, kernel), bias);
}

/** One pass over the images in their order. */
function passOver(tf: Tf, model: Model, { x, y }: Part, optimizer: Optimizer, penalty: number): void {
  const count = x.shape[0];
  const batch = Math.min(MAX_BATCH, Math.max(MIN_BATCH, Math.ceil(count / 8)));
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start);
    const loss = (): Scalar => {
      const told = scores(tf, model, tf.slice(x, [start, 0], [size, -1]));
      const error = tf.losses.softmaxCrossEntropy(tf.slice(y, [start, 0], [size, -1]), told);
      return tf.add(error, tf.mul(penalty, tf.sum(tf.square(model.kernel))));
    };
    optimizer.minimize(loss, false, [model.kernel, model.bias]);
  }
}

/** Multinomial logistic regression from zero weights. */
function fitProbe(tf: Tf, train: Part, penalty: number): Model {
  const [size, classes] = [train.x.shape[1], train.y.shape[1]];
  const model = {
    kernel: tf.tidy(() => tf.variable(tf.zeros<Rank.R2>([size, classes]))),
    bias: tf.tidy(() => tf.variable(tf.zeros<Rank.R1>([classes]))),
  };
  for (const { rate, epochs } of STAGES) {
    const optimizer = tf.train.adam(rate);
    for (let epoch = 0; epoch < epochs; epoch++) {
      tf.tidy(() => passOver(tf, model, train, optimizer, penalty));
    }
    optimizer.dispose();
  }
  return model;
}

async function accuracyOf(tf: Tf, model: Model, { x, y }: Part): Promise<number> {
  const share = tf.tidy(() => {
    const told = tf.argMax(scores(tf, model, x), 1);
    const known = tf.max(y, 1);
    return tf.mean(tf.mul(tf.cast(tf.equal(told, tf.argMax(y, 1)), 'float32'), known));
  });
  const [value] = await share.data();
  share.dispose();
  return value!;
}

/** Mean cross-entropy in nats, without the penalty. */
async function crossEntropy(tf: Tf, model: Model, { x, y }: Part): Promise<number> {
  const loss = tf.tidy(() => {
    return tf.losses.softmaxCrossEntropy(y, scores(tf, model, x));
  });
  const [value] = await loss.data();
  loss.dispose();
  return value!;
}

function disposeModel(model: Model | undefined): void {
  model?.kernel.dispose();
  model?.bias.dispose();
}

/** Fits one classifier for each penalty, and keeps the one with the lowest cross-entropy on the validation images. */
async function choosePenalty(tf: Tf, train: Part, validation: Part) {
  let best: { model: Model; penalty: number; loss: number } | undefined;
  for (const penalty of PENALTIES) {
    const model = fitProbe(tf, train, penalty);
    const loss = await crossEntropy(tf, model, validation);
    const better = best === undefined || loss < best.loss;
    disposeModel(better ? best?.model : model);
    if (better) best = { model, penalty, loss };
  }
  return best!;
}

/**
 * Fits a linear classifier (multinomial logistic regression on standardised numbers) on the training images, chooses
 * its penalty on the validation images, and measures it on the test images.
 */
export async function linearProbe(
  tf: Tf,
  { train, validation, test }: Representation,
  labels: Labels,
): Promise<ProbeResult> {
  const classes = [...new Set(labels.train)].sort((a, b) => a - b);
  const scaling = scalingOf(train);
  const part = (rows: Rows, of: Uint8Array): Part => partOf(tf, standardise(rows, scaling), of, classes);
  const order = permutation(train.count, createRandom(SEED));
  const shuffled = Uint8Array.from(order, (position) => labels.train[position]!);
  const parts = {
    train: part(pickRows(train, order), shuffled),
    validation: part(validation, labels.validation),
    test: part(test, labels.test),
  };
  const { model, penalty } = await choosePenalty(tf, parts.train, parts.validation);
  const result = {
    penalty,
    trainAccuracy: await accuracyOf(tf, model, parts.train),
    validationAccuracy: await accuracyOf(tf, model, parts.validation),
    testAccuracy: await accuracyOf(tf, model, parts.test),
  };
  disposeModel(model);
  tf.dispose(Object.values(parts).flatMap(({ x, y }) => [x, y]));
  return result;
}
