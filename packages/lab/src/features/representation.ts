import { type Codec, type ImageBatch, joinBatches, type LatentBatch } from '@convae/runtime';
import { inBatches, toFloats } from '@convae/train/kit';
import type { Rows } from './matrix.js';

/** Images handed to the codec at once. */
const BATCH = 1000;

/** The numbers that stand for the images of the three parts. */
export interface Representation {
  readonly name: 'latents' | 'pixels' | 'pca';
  readonly train: Rows;
  readonly validation: Rows;
  readonly test: Rows;
}

/** Pixels as float32 rows, 0..1. */
export function pixelRows(images: ImageBatch): Rows {
  const data = toFloats(images);
  return { data, count: images.count, size: data.length / images.count };
}

/** The latents of all images as float32 rows. */
export async function latentRows(codec: Codec, images: ImageBatch): Promise<Rows> {
  const parts: LatentBatch[] = [];
  for (const batch of inBatches(images, BATCH)) parts.push(await codec.embed(batch));
  const { data, count } = joinBatches(parts);
  return { data, count, size: data.length / count };
}
