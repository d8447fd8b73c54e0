import type { Codec, ImageBatch } from '@convae/runtime';
import { sliceImages } from '@convae/train/kit';
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
export function pixelRows({ data, count }: ImageBatch): Rows {
  const floats = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) floats[i] = data[i]! / 255;
  return { data: floats, count, size: data.length / count };
}

/** The latents of all images as float32 rows. */
export async function latentRows(codec: Codec, images: ImageBatch): Promise<Rows> {
  const parts: Float32Array[] = [];
  for (let start = 0; start < images.count; start += BATCH) {
    const end = Math.min(images.count, start + BATCH);
    parts.push((await codec.embed(sliceImages(images, start, end))).data);
  }
  const data = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return { data, count: images.count, size: data.length / images.count };
}
