import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import type { io } from '@tensorflow/tfjs-core';
import * as z from 'zod';
import { readBounded } from '../../files/read.js';
import { checkTopology } from './topology.js';

/** Largest model.json that is read, bytes. */
const MAX_MODEL_JSON_BYTES = 64 << 20;
/** Largest sum of all weight files that is read, bytes. */
const MAX_WEIGHT_BYTES = 2 ** 31 - 1;
/** Largest number of weight files. */
const MAX_WEIGHT_FILES = 4096;

const DTYPE_BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

const weightSpec = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: z.optional(z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']) })),
});

const modelJson = z.looseObject({
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(
    z.object({ paths: z.array(z.string()).max(MAX_WEIGHT_FILES), weights: z.array(weightSpec) }),
  ),
  format: z.optional(z.string()),
});

type ModelJson = z.infer<typeof modelJson>;

/**
 * Reads a tfjs Layers model, model.json and its weight files, as `tf.loadLayersModel` takes it.
 * @throws ConvaeError NOT_FOUND for a missing file; DATA_INVALID for a file of another kind; DATA_TRUNCATED for weight
 * files that end early; LIMIT_EXCEEDED beyond the MAX_ limits; UNSUPPORTED for a GraphModel or a layer class that
 * cannot be exported.
 */
export async function readLayersModel(path: string): Promise<io.ModelArtifacts> {
  const json = parseModelJson(await readBounded(path, MAX_MODEL_JSON_BYTES), path);
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights) as io.WeightsManifestEntry[];
  const weightData = await readWeights(json, dirname(path));
  const topology = json.modelTopology as Record<string, unknown>;
  checkTopology(
    topology,
    weightSpecs.reduce((sum, { shape }) => sum + product(shape), 0),
  );
  return { modelTopology: topology, weightSpecs, weightData };
}

function parseModelJson(bytes: Uint8Array, path: string): ModelJson {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ConvaeError('DATA_INVALID', `${path} is not JSON`, { cause });
  }
  refuseGraphModel(value, path);
  const result = modelJson.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') || 'its top level';
  const message = `${path} is not a TensorFlow.js Layers model: ${where}: ${issue?.message}`;
  throw new ConvaeError('DATA_INVALID', message, { cause: result.error });
}

function refuseGraphModel(value: unknown, path: string): void {
  const json = value as { format?: unknown; modelTopology?: { node?: unknown; library?: unknown } } | null;
  const graph = json?.format === 'graph-model' || Array.isArray(json?.modelTopology?.node);
  if (!graph) return;
  const advice = 'save it as a Layers model, or convert the original with a converter for TensorFlow graphs';
  throw new ConvaeError(
    'UNSUPPORTED',
    `${path} is a GraphModel; only Layers models can be converted: ${advice}`,
  );
}

async function readWeights(json: ModelJson, folder: string): Promise<ArrayBuffer> {
  const groups: Uint8Array[] = [];
  let total = 0;
  for (const { paths, weights } of json.weightsManifest) {
    const expected = weights.reduce((sum, spec) => sum + weightBytes(spec), 0);
    const files: Uint8Array[] = [];
    for (const path of paths) files.push(await readWeightFile(folder, path, MAX_WEIGHT_BYTES - total));
    const actual = files.reduce((sum, { length }) => sum + length, 0);
    checkGroupSize(paths, expected, actual);
    total += actual;
    groups.push(...files);
  }
  return new Uint8Array(Buffer.concat(groups)).buffer as ArrayBuffer;
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function weightBytes({ shape, dtype, quantization }: z.infer<typeof weightSpec>): number {
  return product(shape) * DTYPE_BYTES[quantization?.dtype ?? dtype]!;
}

function checkGroupSize(paths: readonly string[], expected: number, actual: number): void {
  if (actual === expected) return;
  const files = paths.join(', ');
  const message = `The weights need ${expected} bytes, but ${files || 'no file'} holds ${actual}`;
  throw new ConvaeError(actual < expected ? 'DATA_TRUNCATED' : 'DATA_INVALID', message);
}

/** Weight files lie in the folder of model.json or below. */
async function readWeightFile(folder: string, path: string, limit: number): Promise<Uint8Array> {
  const plain = normalize(path);
  if (isAbsolute(plain) || plain === '..' || plain.startsWith(`..${sep}`) || /^[a-z]+:\/\//i.test(path)) {
    throw new ConvaeError('DATA_INVALID', `The weight file "${path}" lies outside of the model's folder`);
  }
  return readBounded(join(folder, plain), limit);
}
