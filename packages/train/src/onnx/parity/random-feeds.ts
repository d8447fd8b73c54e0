import type { TensorInfo } from '../convert.js';
import type { Dim } from '../graph/graph.js';
import type { Feeds, PlainTensor } from './ort.js';

/** Options of {@link randomFeeds}. */
export interface RandomFeedOptions {
  readonly seed: number;
  readonly batch: number;
  /** A value for every open size of the inputs, such as height and width. */
  readonly sizes?: Readonly<Record<string, number>>;
}

/** Mulberry32: uniform numbers in 0..1 from a 32-bit seed (Tommy Ettinger, public domain). */
export function uniformRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Inputs for a graph: float32 uniform in -1..1, int32 0 or 1; the same for the same seed.
 * @throws RangeError where an open size has no value.
 */
export function randomFeeds(inputs: readonly TensorInfo[], options: RandomFeedOptions): Feeds {
  const random = uniformRandom(options.seed);
  return Object.fromEntries(inputs.map((info) => [info.name, randomTensor(info, options, random)]));
}

function randomTensor(info: TensorInfo, options: RandomFeedOptions, random: () => number): PlainTensor {
  const shape = info.shape.map((dim) => sizeOf(dim, options));
  const length = shape.reduce((a, b) => a * b, 1);
  const data =
    info.type === 'int32'
      ? Int32Array.from({ length }, () => Math.round(random()))
      : Float32Array.from({ length }, () => random() * 2 - 1);
  return { data, shape };
}

function sizeOf(dim: Dim, { batch, sizes }: RandomFeedOptions): number {
  if (typeof dim === 'number') return dim;
  const size = dim === 'batch' ? batch : sizes?.[dim];
  if (size !== undefined) return size;
  throw new RangeError(`expected a size for "${dim}" for sizes, received ${JSON.stringify(sizes)}`);
}
