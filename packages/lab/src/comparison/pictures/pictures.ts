import { type ImageBatch, sliceBatch } from '@convae/runtime';
import type { Dataset } from '@convae/train/kit';

/** Pictures, each of its own size, read one at a time. */
export interface Pictures {
  readonly count: number;
  readonly names: readonly string[];
  /** One picture: uint8, 1×H×W×C. @throws RangeError for an index outside of them; ConvaeError. */
  read(index: number): Promise<ImageBatch>;
}

/** A data set whose test images may be there as pictures of different sizes, too. */
export interface PicturesDataset extends Dataset {
  readonly testPictures?: () => Promise<Pictures>;
}

/** Images of one size as pictures. */
export function picturesOf(images: ImageBatch): Pictures {
  return {
    count: images.count,
    names: Array.from({ length: images.count }, (_, i) => String(i)),
    read: async (index) => sliceBatch(images, index, index + 1),
  };
}
