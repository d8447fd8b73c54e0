import { type ImageBatch, sliceBatch } from '@convae/runtime/core';
import { requireInteger } from './options.js';
import { createRandom, permutation } from './random.js';
import type { LabelledImages } from './types.js';

/** Which batches: see {@link batches}. */
export interface BatchOptions {
  /** Images per batch; the last batch of an epoch holds what is left. */
  readonly batch: number;
  /** Seed of the training. */
  readonly seed: number;
  /** Which epoch, from 0 or 1 as the caller counts. */
  readonly epoch: number;
}

/**
 * The image numbers 0..count−1 in the order of one epoch; it depends on seed and epoch alone, so a resumed run meets
 * the same order without replaying the epochs before.
 * @throws TypeError or RangeError for a seed or epoch that is not a non-negative integer.
 */
export function epochOrder(count: number, { seed, epoch }: Omit<BatchOptions, 'batch'>): Uint32Array {
  requireInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireInteger('epoch', epoch, 0, Number.MAX_SAFE_INTEGER);
  return permutation(count, createRandom(seed, epoch));
}

/**
 * The batches of one epoch as arrays of image numbers (views of one array): every image once, shuffled.
 * @throws TypeError or RangeError for a batch, seed or epoch that is not a positive, or non-negative, integer.
 */
export function batches(set: { readonly count: number }, options: BatchOptions): Uint32Array[] {
  const { batch } = options;
  requireInteger('batch', batch, 1, Number.MAX_SAFE_INTEGER);
  const order = epochOrder(set.count, options);
  const total = Math.ceil(set.count / batch);
  return Array.from({ length: total }, (_, i) => order.subarray(i * batch, (i + 1) * batch));
}

/** All images in their order, at most `most` at a time, as views of the same memory. */
export function* inBatches(images: ImageBatch, most: number): Generator<ImageBatch> {
  for (let first = 0; first < images.count; first += most)
    yield sliceBatch<ImageBatch>(images, first, Math.min(images.count, first + most));
}

const TO_FLOAT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** The pixels of a batch, float32, 0..1 (byte / 255). */
export const toFloats = ({ data }: ImageBatch): Float32Array =>
  Float32Array.from(data, (byte) => TO_FLOAT[byte]!);

function targetOf(out: Float32Array | undefined, needed: number): Float32Array {
  if (out === undefined) return new Float32Array(needed);
  if (out.length < needed)
    throw new RangeError(`expected at least ${needed} elements for out, received ${out.length}`);
  return out.length === needed ? out : out.subarray(0, needed);
}

/**
 * The images of these numbers as the training takes them: float32, N×H×W×C, 0..1 (byte / 255).
 * Written into `out` where given; where `out` is longer, the result is a view of its beginning.
 * @throws RangeError where an index is not an image of the set, or `out` is too short.
 */
export function gather(set: LabelledImages, indices: ArrayLike<number>, out?: Float32Array): Float32Array {
  const { data, count, height, width, channels } = set;
  const size = height * width * channels;
  const target = targetOf(out, indices.length * size);
  let to = 0;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < count) || index % 1 !== 0)
      requireInteger(`indices[${i}]`, index, 0, count - 1);
    const end = (index + 1) * size;
    for (let from = index * size; from < end; from++) target[to++] = TO_FLOAT[data[from]!]!;
  }
  return target;
}
