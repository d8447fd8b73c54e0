import { psnrOf } from '@convae/runtime/core';

/**
 * Peak signal-to-noise ratio, dB, of a mean squared error on 0..1 (peak 1).
 * Over many images it is taken from their common MSE; a mean of per-image PSNR would be higher.
 * @returns null for identical images, whose PSNR is infinite.
 */
export function psnrFromMse(mse: number): number | null {
  return mse === 0 ? null : psnrOf(mse);
}
