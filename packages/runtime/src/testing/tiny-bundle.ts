import { type BundleFiles, MANIFEST_FILE } from '../bundle/files.js';
import { sha256Hex } from '../bundle/load.js';
import type { Manifest } from '../bundle/manifest.js';
import { ConvaeError } from '../errors.js';
import type { ImageChannels } from '../image.js';
import { type OnnxGraph, type OnnxTensor, type OnnxValue, writeOnnx } from './onnx-writer.js';

/** What the tiny bundle's networks look like. */
export interface TinyBundleOptions {
  readonly channels?: ImageChannels;
  readonly anySize?: boolean;
  readonly scale?: number;
  readonly offset?: number;
}

/** The weights of the tiny networks, O×I×3×3 kernels and O biases. */
export interface TinyWeights {
  readonly first: OnnxTensor;
  readonly firstBias: OnnxTensor;
  readonly second: OnnxTensor;
  readonly secondBias: OnnxTensor;
  readonly last: OnnxTensor;
  readonly lastBias: OnnxTensor;
}

/** A bundle in memory. Its files can be changed before a codec is loaded from it. */
export interface TinyBundle extends BundleFiles {
  readonly manifest: Manifest;
  readonly weights: TinyWeights;
  readonly contents: Map<string, Uint8Array>;
}

export const TINY_SIDE = 8;
const TINY_FILTERS = 4;
const TINY_LATENT_CHANNELS = 2;

/**
 * A real bundle, small enough to reason about. Encoder: (3×3 convolution, ReLU, 2×2 maximum) twice.
 * Decoder: nearest upsampling by 4, 3×3 convolution, sigmoid. Trained size 8×8, latent 2×2×2, seeded weights.
 */
export async function createTinyBundle(options: TinyBundleOptions = {}): Promise<TinyBundle> {
  const { channels = 1, anySize = true } = options;
  const weights = tinyWeights(channels);
  const image = value('image', channels, TINY_SIDE, anySize);
  const latent = value('latent', TINY_LATENT_CHANNELS, TINY_SIDE / 4, anySize);
  const encoder = writeOnnx(tinyEncoder(weights, image, latent));
  const decoder = writeOnnx(tinyDecoder(weights, latent, { ...image, name: 'reconstruction' }));
  const manifest = await tinyManifest(options, { encoder, decoder, image, latent });
  const contents = new Map([
    [MANIFEST_FILE, encodeManifest(manifest)],
    ['encoder.onnx', encoder],
    ['decoder.onnx', decoder],
  ]);
  return { manifest, weights, contents, ...memoryFiles(contents) };
}

/** The files of a bundle that is held in memory. */
export function memoryFiles(contents: ReadonlyMap<string, Uint8Array>): BundleFiles {
  return {
    location: 'memory',
    read: async (name) => {
      const bytes = contents.get(name);
      if (bytes === undefined) throw new ConvaeError('NOT_FOUND', `no ${name} in memory`);
      return bytes;
    },
  };
}

/** The bytes of a manifest.json; takes any value, so that tests can write broken ones. */
export function encodeManifest(manifest: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** Replaces one graph of a bundle and makes the manifest say so, as a foreign exporter might. */
export async function replaceGraph(
  bundle: TinyBundle,
  which: 'encoder' | 'decoder',
  bytes: Uint8Array,
): Promise<void> {
  const graph = { ...bundle.manifest[which], bytes: bytes.length, sha256: await sha256Hex(bytes) };
  bundle.contents.set(graph.file, bytes);
  bundle.contents.set(MANIFEST_FILE, encodeManifest({ ...bundle.manifest, [which]: graph }));
}

function tinyEncoder(weights: TinyWeights, input: OnnxValue, output: OnnxValue): OnnxGraph {
  const { first, firstBias, second, secondBias } = weights;
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  return {
    name: 'encoder',
    input,
    output,
    weights: [first, firstBias, second, secondBias],
    nodes: [
      convolution(input.name, first, firstBias, 'conv1'),
      { type: 'Relu', inputs: ['conv1'], output: 'relu1' },
      { type: 'MaxPool', inputs: ['relu1'], output: 'pool1', ints: pool },
      convolution('pool1', second, secondBias, 'conv2'),
      { type: 'Relu', inputs: ['conv2'], output: 'relu2' },
      { type: 'MaxPool', inputs: ['relu2'], output: output.name, ints: pool },
    ],
  };
}

function tinyDecoder({ last, lastBias }: TinyWeights, input: OnnxValue, output: OnnxValue): OnnxGraph {
  const scales = { name: 'scales', dims: [4], data: Float32Array.of(1, 1, 4, 4) };
  const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  return {
    name: 'decoder',
    input,
    output,
    weights: [scales, last, lastBias],
    nodes: [
      { type: 'Resize', inputs: [input.name, '', 'scales'], output: 'large', strings: nearest },
      convolution('large', last, lastBias, 'conv3'),
      { type: 'Sigmoid', inputs: ['conv3'], output: output.name },
    ],
  };
}

function convolution(
  input: string,
  kernel: OnnxTensor,
  bias: OnnxTensor,
  output: string,
): OnnxGraph['nodes'][number] {
  const ints = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  return { type: 'Conv', inputs: [input, kernel.name, bias.name], output, ints };
}

function value(name: string, channels: number, side: number, anySize: boolean): OnnxValue {
  return { name, shape: anySize ? ['N', channels, `${name}H`, `${name}W`] : ['N', channels, side, side] };
}

function tinyWeights(channels: number): TinyWeights {
  const random = seededRandom(11);
  const tensor = (name: string, dims: number[], spread: number): OnnxTensor => {
    const length = dims.reduce((product, dim) => product * dim, 1);
    return { name, dims, data: Float32Array.from({ length }, () => (random() - 0.5) * spread) };
  };
  return {
    first: tensor('w1', [TINY_FILTERS, channels, 3, 3], 1.5),
    firstBias: tensor('b1', [TINY_FILTERS], 1),
    second: tensor('w2', [TINY_LATENT_CHANNELS, TINY_FILTERS, 3, 3], 1.5),
    secondBias: tensor('b2', [TINY_LATENT_CHANNELS], 1),
    last: tensor('w3', [channels, TINY_LATENT_CHANNELS, 3, 3], 1),
    lastBias: tensor('b3', [channels], 0.5),
  };
}

interface Parts {
  readonly encoder: Uint8Array;
  readonly decoder: Uint8Array;
  readonly image: OnnxValue;
  readonly latent: OnnxValue;
}

async function tinyManifest(
  options: TinyBundleOptions,
  { encoder, decoder, image, latent }: Parts,
): Promise<Manifest> {
  const { channels = 1, anySize = true, scale = 1 / 255, offset = 0 } = options;
  const output = { ...image, name: 'reconstruction' };
  return {
    format: 'convae-bundle',
    version: '1.0',
    name: 'tiny',
    createdBy: 'convae tests',
    image: { channels, height: TINY_SIDE, width: TINY_SIDE, anySize, multiple: 4 },
    latent: { channels: TINY_LATENT_CHANNELS, height: TINY_SIDE / 4, width: TINY_SIDE / 4 },
    normalisation: { scale, offset },
    encoder: await graphEntry('encoder.onnx', encoder, image, latent),
    decoder: await graphEntry('decoder.onnx', decoder, latent, output),
    architecture: {},
    training: {},
    metrics: {},
  };
}

async function graphEntry(
  file: string,
  bytes: Uint8Array,
  from: OnnxValue,
  to: OnnxValue,
): Promise<Manifest['encoder']> {
  const tensor = ({ name, shape }: OnnxValue) => ({ name, shape: [...shape] });
  return {
    file,
    bytes: bytes.length,
    sha256: await sha256Hex(bytes),
    input: tensor(from),
    output: tensor(to),
  };
}

/** Mulberry32: a small seeded generator of numbers in 0..1 (Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
