import { meanSquaredError, psnrOf as psnrOfError } from '@convae/runtime/core';

/** Peak signal-to-noise ratio of two images, decibels; Infinity where they are the same. */
export function psnrOf(a: Uint8Array, b: Uint8Array): number {
  return psnrOfError(meanSquaredError(a, b));
}
