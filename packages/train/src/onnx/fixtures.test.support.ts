import { ConvaeError, loadBuiltin, type OrtTensor } from '@convae/runtime/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { loadBackend, type Tf } from '../setup/backend.js';
import { type ConvertedModel, type ConvertOptions, convertModel } from './convert.js';
import { largestDifference } from './parity/difference.js';
import { type Feeds, openSession, type PlainTensor } from './parity/ort.js';
import { randomFeeds, uniformRandom } from './parity/random-feeds.js';
import { type ParityReport, verifyParity } from './parity/verify.js';

/** A symbolic tensor of tfjs. */
export type Symbolic = ReturnType<Tf['input']>;

/** tfjs on TensorFlow, as the tests use it. */
export const tf: Tf = await loadBackend('tensorflow');

/** Overwrites all weights with seeded random numbers; variances stay positive. */
export function randomizeWeights(model: LayersModel, seed: number): LayersModel {
  const random = uniformRandom(seed);
  for (const weight of model.weights) {
    const positive = weight.originalName.endsWith('moving_variance');
    const length = weight.shape.reduce<number>((a, b) => a * b!, 1);
    const values = Float32Array.from({ length }, () => (positive ? 0.5 + random() : random() * 1.2 - 0.6));
    const tensor = tf.tensor(values, weight.shape as number[]);
    weight.write(tensor);
    tensor.dispose();
  }
  return model;
}

/** A model of one input that goes through the given layers. */
export function chain(inputShape: (number | null)[], ...layers: Pick<LayersModel, 'apply'>[]): LayersModel {
  const input = tf.input({ shape: inputShape });
  const output = layers.reduce<Symbolic>((x, layer) => layer.apply(x) as Symbolic, input);
  return tf.model({ inputs: input, outputs: output });
}

/** What {@link checkParity} does beyond converting. */
export interface CheckOptions {
  readonly seed?: number;
  readonly convert?: ConvertOptions;
  /** One run per entry, with these open sizes; one run without any otherwise. */
  readonly sizes?: readonly Readonly<Record<string, number>>[];
}

/** A checked conversion. */
export interface Checked {
  readonly converted: ConvertedModel;
  readonly reports: readonly ParityReport[];
}

/** How far the builtin provider may lie from ONNX Runtime, in parts of the largest value (at least of 1). */
const BUILTIN_TOLERANCE = 1e-5;

/** Runs the same graph on the builtin provider of the runtime. @throws ConvaeError PARITY_FAILED. */
async function checkBuiltin({ bytes }: ConvertedModel, feeds: Feeds): Promise<void> {
  const { ort } = await loadBuiltin();
  const [session, reference] = [await ort.InferenceSession.create(bytes), await openSession(bytes)];
  const found = await session.run(tensors(feeds));
  for (const [name, expected] of Object.entries(await reference.run(feeds)))
    compareBuiltin(name, found[name], expected);
  await Promise.all([session.release(), reference.release()]);
}

const tensors = (feeds: Feeds): Record<string, OrtTensor> =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => {
      const type = data instanceof Float32Array ? 'float32' : 'int32';
      return [name, { type, data, dims: shape }];
    }),
  );

function compareBuiltin(name: string, actual: OrtTensor | undefined, expected: PlainTensor): void {
  const data = actual?.data as Float32Array;
  const sameShape = String(actual?.dims) === String(expected.shape);
  const { difference, magnitude } = largestDifference(data, expected.data);
  if (sameShape && difference <= BUILTIN_TOLERANCE * Math.max(1, magnitude)) return;
  const shapes = `[${actual?.dims}], expected [${expected.shape}]`;
  throw new ConvaeError('PARITY_FAILED', `builtin: output "${name}" is ${shapes}, off by ${difference}`);
}

/**
 * Gives a model random weights, converts it, and compares ONNX Runtime with tfjs, and our own provider with ONNX Runtime, on
 * random inputs.
 */
export async function checkParity(model: LayersModel, options: CheckOptions = {}): Promise<Checked> {
  const seed = options.seed ?? 1;
  randomizeWeights(model, seed);
  const converted = convertModel(model, options.convert);
  const reports: ParityReport[] = [];
  for (const sizes of options.sizes ?? [{}]) {
    const feeds = randomFeeds(converted.inputs, { seed: seed + 1, batch: 2, sizes });
    reports.push(await verifyParity({ tf, model, converted, feeds }));
    await checkBuiltin(converted, feeds);
  }
  model.dispose();
  return { converted, reports };
}

/** The operators of a converted model, in order. */
export const operators = ({ graph }: ConvertedModel): string[] => graph.nodes.map(({ op }) => op);
