import { createHash } from 'node:crypto';
import type { ImageBatch } from '@convae/runtime';

/** SHA-256 of the shape and the pixels of a batch, hexadecimal. */
export function imagesHash({ data, count, height, width, channels }: ImageBatch): string {
  return createHash('sha256')
    .update(JSON.stringify([count, height, width, channels]))
    .update(data)
    .digest('hex');
}
