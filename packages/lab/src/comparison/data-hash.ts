import type { ImageBatch } from '@convae/runtime';
import { sha256 } from '@convae/train/kit';

/** SHA-256 of the shape and the pixels of a batch, hexadecimal. */
export const imagesHash = ({ data, count, height, width, channels }: ImageBatch): string =>
  sha256(JSON.stringify([count, height, width, channels]), data);
