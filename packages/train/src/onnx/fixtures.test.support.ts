import type { LayersModel } from '@tensorflow/tfjs-layers';
import { loadBackend, type Tf } from '../setup/backend.js';
import { type ConvertedModel, type ConvertOptions, convertModel } from './convert.js';
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

/** Gives a model random weights, converts it, and compares ONNX Runtime with tfjs on random inputs. */
export async function checkParity(model: LayersModel, options: CheckOptions = {}): Promise<Checked> {
  const seed = options.seed ?? 1;
  randomizeWeights(model, seed);
  const converted = convertModel(model, options.convert);
  const reports: ParityReport[] = [];
  for (const sizes of options.sizes ?? [{}]) {
    const feeds = randomFeeds(converted.inputs, { seed: seed + 1, batch: 2, sizes });
    reports.push(await verifyParity({ tf, model, converted, feeds }));
  }
  model.dispose();
  return { converted, reports };
}

/** The operators of a converted model, in order. */
export const operators = ({ graph }: ConvertedModel): string[] => graph.nodes.map(({ op }) => op);
