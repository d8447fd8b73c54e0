import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import { writeFileAtomic } from '@convae/runtime/node';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { version } from '../files/version.js';
import { loadBackend, silenceGreeting, type Tf } from '../setup/backend.js';
import { type ConvertedModel, convertModel, type TensorInfo } from './convert.js';
import { readLayersModel } from './model/model-file.js';
import { randomFeeds } from './parity/random-feeds.js';
import { verifyParity } from './parity/verify.js';

/**
 * Largest difference that `convert` allows between tfjs and ONNX Runtime. Models of any depth and magnitude pass here,
 * whose rounding alone reaches beyond the bound for bundles; a wrong conversion is off by far more.
 */
export const CONVERT_TOLERANCE = 1e-4;

/** Options of {@link convertCommand}. */
export interface ConvertCommandOptions {
  /** Path of the model.json of a tfjs Layers model. */
  readonly modelJsonPath: string;
  /** Path of the .onnx file to write. */
  readonly output: string;
  /** Take any height and width, though the model was built for one size. */
  readonly dynamicSize?: boolean;
  /** Name of the graph; the model's own otherwise. */
  readonly name?: string;
  /** False: write without comparing with tfjs. True otherwise. */
  readonly check?: boolean;
  /** Largest allowed difference, for numbers up to 1; {@link CONVERT_TOLERANCE} otherwise. */
  readonly tolerance?: number;
}

/** What {@link convertCommand} did. */
export interface ConvertSummary {
  readonly output: string;
  readonly bytes: number;
  readonly nodes: number;
  readonly parameters: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Null without a check. */
  readonly check: {
    readonly maxAbsDifference: number;
    /** `cpu` where TensorFlow itself has no kernel for the model and tfjs's JavaScript had to compute it. */
    readonly backend: 'tensorflow' | 'cpu';
    /** The open sizes of every run. */
    readonly sizes: readonly Readonly<Record<string, number>>[];
  } | null;
}

/**
 * Converts a saved tfjs Layers model to an .onnx file. Both are run on seeded random inputs and compared before the file
 * is written; on failure no file is written.
 * @throws ConvaeError of any kind that readLayersModel, convertModel, verifyParity and writing have.
 */
export async function convertCommand(options: ConvertCommandOptions): Promise<ConvertSummary> {
  const artifacts = await readLayersModel(options.modelJsonPath);
  const tf = await loadBackend('tensorflow');
  const model = await loadModel(tf, artifacts);
  try {
    const converted = convertModel(model, {
      dynamicSize: options.dynamicSize === true,
      producerVersion: version,
      ...(options.name === undefined ? {} : { name: options.name }),
    });
    const check = options.check === false ? null : await checkConverted(tf, model, converted, options);
    await mkdir(dirname(resolve(options.output)), { recursive: true }).catch((cause: Error) => {
      throw new ConvaeError('WRITE_FAILED', `${options.output} cannot be written: ${cause.message}`, {
        cause,
      });
    });
    await writeFileAtomic(options.output, converted.bytes);
    return summary(options.output, converted, check);
  } finally {
    model.dispose();
  }
}

async function loadModel(tf: Tf, artifacts: io.ModelArtifacts): Promise<LayersModel> {
  try {
    return await tf.loadLayersModel({ load: async () => artifacts });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ConvaeError('DATA_INVALID', `TensorFlow.js cannot load the model: ${message}`, { cause });
  }
}

function summary(
  output: string,
  { bytes, graph, inputs, outputs }: ConvertedModel,
  check: ConvertSummary['check'],
) {
  const floats = graph.initializers.filter(({ data }) => data instanceof Float32Array);
  const parameters = floats.reduce((sum, { data }) => sum + data.length, 0);
  return { output, bytes: bytes.length, nodes: graph.nodes.length, parameters, inputs, outputs, check };
}

/** TensorFlow has no kernel for some layers that tfjs's JavaScript backend can compute. */
async function checkConverted(
  tf: Tf,
  model: LayersModel,
  converted: ConvertedModel,
  options: ConvertCommandOptions,
): Promise<ConvertSummary['check']> {
  try {
    return { ...(await checkSizes(tf, model, converted, options)), backend: 'tensorflow' };
  } catch (error) {
    if (!(error instanceof ConvaeError && error.code === 'RUN_FAILED')) throw error;
    if (!tf.findBackend('cpu')) throw error;
    await tf.setBackend('cpu');
    silenceGreeting(tf);
    try {
      return { ...(await checkSizes(tf, model, converted, options)), backend: 'cpu' };
    } catch (second) {
      throw second instanceof ConvaeError && second.code === 'RUN_FAILED' ? error : second;
    } finally {
      await tf.setBackend('tensorflow');
    }
  }
}

/** Sizes tried for open dimensions: multiples of 32 with room for deep networks, of different height and width. */
const OPEN_SIZES: readonly (readonly [number, number])[] = [
  [64, 96],
  [96, 64],
  [256, 224],
];

async function checkSizes(
  tf: Tf,
  model: LayersModel,
  converted: ConvertedModel,
  options: ConvertCommandOptions,
) {
  const tolerance = options.tolerance ?? CONVERT_TOLERANCE;
  const sizes: Record<string, number>[] = [];
  let maxAbsDifference = 0;
  let failure: unknown;
  for (const candidate of openSizes(model, converted.inputs)) {
    const feeds = randomFeeds(converted.inputs, { seed: 1, batch: 2, sizes: candidate });
    try {
      const report = await verifyParity({ tf, model, converted, feeds, tolerance });
      maxAbsDifference = Math.max(maxAbsDifference, report.maxAbsDifference);
      sizes.push(candidate);
    } catch (error) {
      if (!(error instanceof ConvaeError && error.code === 'RUN_FAILED')) throw error;
      failure = error;
    }
    if (sizes.length === 2) break;
  }
  if (sizes.length === 0) throw failure;
  return { maxAbsDifference, sizes };
}

/** The size the model was built for and multiples of it, or the {@link OPEN_SIZES}. */
function openSizes(model: LayersModel, inputs: readonly TensorInfo[]): Record<string, number>[] {
  const open = inputs.flatMap((info, i) => openDims(model, i, info));
  if (open.length === 0) return [{}];
  return OPEN_SIZES.map((pair, candidate) => {
    const entries = open.map(({ name, place, built }) => {
      const isWidth = place === 3;
      if (built === null) return [name, pair[isWidth ? 1 : 0]] as const;
      return [name, candidate === 0 ? built : built * (isWidth ? candidate + 1 : candidate)] as const;
    });
    return Object.fromEntries(entries);
  });
}

function openDims(model: LayersModel, index: number, { shape, axes }: TensorInfo) {
  return shape.flatMap((dim, place) => {
    if (typeof dim === 'number' || dim === 'batch') return [];
    return [{ name: dim, place, built: model.inputs[index]!.shape[axes[place]!] ?? null }];
  });
}
