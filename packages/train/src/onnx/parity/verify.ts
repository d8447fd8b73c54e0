import { ConvaeError } from '@convae/runtime/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Tf } from '../../setup/backend.js';
import type { ConvertedModel, TensorInfo } from '../convert.js';
import { serializeGraph } from '../graph/serialize.js';
import { storedShape } from '../layout.js';
import { type Difference, largestDifference } from './difference.js';
import { type Feeds, messageOf, openSession, type PlainTensor } from './ort.js';
import { fromTfjs, runTfjs } from './tfjs.js';

/** Largest allowed difference between tfjs and ONNX Runtime. */
export const PARITY_TOLERANCE = 1e-5;

/** Options of {@link verifyParity}. */
export interface ParityOptions {
  readonly tf: Tf;
  readonly model: LayersModel;
  /** What convertModel made of the model. */
  readonly converted: ConvertedModel;
  /** Other bytes for the same model, such as a rewritten graph; those of `converted` otherwise. */
  readonly bytes?: Uint8Array;
  /** One tensor per input of the graph, in the order of the graph (N×C×H×W). */
  readonly feeds: Feeds;
  /** Largest allowed absolute difference; times the largest magnitude of the output where that is above 1. */
  readonly tolerance?: number;
}

/** How far two computations of the same model lie apart. */
export interface ParityReport {
  /** Over all outputs. */
  readonly maxAbsDifference: number;
  readonly outputs: readonly { readonly name: string; readonly maxAbsDifference: number }[];
}

/**
 * Runs a graph in ONNX Runtime and its model in tfjs on the same inputs and compares all outputs: their sizes with
 * the declared ones, and every number.
 * @throws ConvaeError PARITY_FAILED naming the output, the place and the first layer that differs, or where only tfjs can
 * compute these inputs; RUN_FAILED where tfjs cannot; GRAPH_INVALID where ONNX Runtime refuses the graph.
 */
export async function verifyParity(options: ParityOptions): Promise<ParityReport> {
  const { tf, model, converted, feeds } = options;
  checkFeeds(converted.inputs, feeds);
  const expected = runTfjs(tf, model, converted, feeds);
  const session = await openSession(options.bytes ?? converted.bytes);
  try {
    const actual = await session.run(feeds).catch(failOnRun);
    const outputs = converted.outputs.map((info, i) => compare(info, actual[info.name], expected[i]!));
    const failed = outputs.find(({ difference }) => exceeds(difference, options));
    if (failed) throw await describeFailure(options, failed);
    return report(outputs);
  } finally {
    await session.release();
  }
}

function failOnRun(cause: unknown): never {
  throw new ConvaeError('PARITY_FAILED', `TensorFlow.js computes the model, but ${messageOf(cause)}`, {
    cause,
  });
}

function checkFeeds(inputs: readonly TensorInfo[], feeds: Feeds): void {
  for (const { name, shape } of inputs) {
    const feed = feeds[name];
    const fits =
      feed?.shape.length === shape.length &&
      shape.every((size, i) => typeof size === 'string' || size === feed.shape[i]);
    if (!fits) {
      throw new RangeError(`expected a tensor of [${shape}] for feeds.${name}, received [${feed?.shape}]`);
    }
  }
}

interface ComparedOutput {
  readonly name: string;
  readonly difference: Difference;
}

function compare(info: TensorInfo, actual: PlainTensor | undefined, expected: PlainTensor): ComparedOutput {
  const declared = info.shape.every((size, i) => typeof size === 'string' || size === actual?.shape[i]);
  if (!actual || !declared || !sameShape(actual.shape, expected.shape)) {
    const message =
      `Output "${info.name}" is declared as [${info.shape}], ` +
      `is [${actual?.shape}] in ONNX Runtime and [${expected.shape}] in TensorFlow.js`;
    throw new ConvaeError('PARITY_FAILED', message);
  }
  return { name: info.name, difference: largestDifference(actual.data, expected.data) };
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** Written so that NaN exceeds every bound. */
const exceeds = ({ difference, magnitude }: Difference, options: ParityOptions): boolean =>
  !(difference <= (options.tolerance ?? PARITY_TOLERANCE) * Math.max(1, magnitude));

function report(outputs: readonly ComparedOutput[]): ParityReport {
  const list = outputs.map(({ name, difference }) => ({ name, maxAbsDifference: difference.difference }));
  return { maxAbsDifference: Math.max(0, ...list.map((output) => output.maxAbsDifference)), outputs: list };
}

async function describeFailure(options: ParityOptions, failed: ComparedOutput): Promise<ConvaeError> {
  const { difference, index, actual, expected } = failed.difference;
  const cause = await firstDifferentLayer(options).catch((error: unknown) => {
    // Not every layer can be an output, and the message is worth more than the layer's name.
    if (error instanceof ConvaeError) return null;
    throw error;
  });
  const where = cause ? ` The first layer that differs is ${cause}.` : '';
  const message =
    `Output "${failed.name}" differs by ${difference} at index ${index}: ` +
    `ONNX Runtime ${actual}, TensorFlow.js ${expected}.${where}`;
  return new ConvaeError('PARITY_FAILED', message);
}

/** Makes every layer's output an output of the graph, and compares them in the order of computing. */
async function firstDifferentLayer(options: ParityOptions): Promise<string | null> {
  const { tf, model, converted, feeds } = options;
  const results = await runAllLayers(converted, feeds);
  let found: string | null = null;
  runTfjs(tf, model, converted, feeds, (index, output) => {
    const { layer, className, value } = converted.layers[index]!;
    const actual = results[value.name];
    if (found || !actual) return;
    const expected = fromTfjs(tf, output, value);
    const difference = largestDifference(actual.data, expected.data);
    if (!sameShape(actual.shape, expected.shape)) {
      found = `"${layer}" (${className}), whose sizes are [${actual.shape}] instead of [${expected.shape}]`;
    } else if (exceeds(difference, options)) {
      found = `"${layer}" (${className}), by ${difference.difference} at index ${difference.index}`;
    }
  });
  return found;
}

async function runAllLayers(converted: ConvertedModel, feeds: Feeds): Promise<Record<string, PlainTensor>> {
  const { graph } = converted;
  const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const outputs = new Map(
    converted.layers
      .filter(({ value }) => computed.has(value.name))
      .map(({ value }) => [value.name, { name: value.name, type: value.type, shape: storedShape(value) }]),
  );
  const session = await openSession(serializeGraph({ ...graph, outputs: [...outputs.values()] }, ''));
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}
