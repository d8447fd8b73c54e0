import { type ImageBatch, sliceBatch } from '@convae/runtime';
import type { Pictures } from '@convae/train/kit';

/** Images of one size as pictures. */
export function picturesOf(images: ImageBatch): Pictures {
  return {
    count: images.count,
    names: Array.from({ length: images.count }, (_, i) => String(i)),
    read: async (index) => sliceBatch(images, index, index + 1),
  };
}
