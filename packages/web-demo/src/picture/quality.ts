import { meanSquaredError, psnrOf as psnrOfError } from '@convae/runtime/core';
import type { ImageBatch } from '@convae/runtime/web';

/** Peak signal-to-noise ratio of two images, decibels; Infinity where they are the same. */
export function psnrOf(a: ImageBatch, b: ImageBatch): number {
  return psnrOfError(meanSquaredError(a.data, b.data));
}
