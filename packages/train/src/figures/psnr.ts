/** Decibels of a mean squared error on 0..1 (peak 1): Infinity where there is none. */
export const decibels = (mse: number): number => -10 * Math.log10(mse);

/**
 * Peak signal-to-noise ratio, dB, of a mean squared error on 0..1 (peak 1).
 * Over many images it is taken from their common MSE; a mean of per-image PSNR would be higher.
 * @returns null for identical images, whose PSNR is infinite.
 */
export function psnrFromMse(mse: number): number | null {
  return mse === 0 ? null : decibels(mse);
}
