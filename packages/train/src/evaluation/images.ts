import type { ImageBatch } from '@convae/runtime';

/** The images start to end of a batch, as a view of the same memory. */
export function sliceImages(images: ImageBatch, start: number, end: number): ImageBatch {
  const { height, width, channels } = images;
  const size = height * width * channels;
  const data = images.data.subarray(start * size, end * size);
  return { data, count: end - start, height, width, channels };
}

/** The images at the given positions, in that order, copied. */
export function pickImages(images: ImageBatch, indices: readonly number[]): ImageBatch {
  const { height, width, channels } = images;
  const size = height * width * channels;
  const data = new Uint8Array(indices.length * size);
  indices.forEach((index, position) => {
    data.set(images.data.subarray(index * size, (index + 1) * size), position * size);
  });
  return { data, count: indices.length, height, width, channels };
}
