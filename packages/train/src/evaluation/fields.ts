/** The kinds of fields that files of figures share. */
import * as z from 'zod';

export const count = z.int().min(0);
export const size = z.int().min(1);
/** What is measured and never below 0. */
export const figure = z.number().nonnegative();

/** How close images came to what they should be. */
export const closeness = {
  /** Mean squared error over all pixels, 0..1. */
  mse: figure,
  /** dB, peak 1, from the MSE; null where the images are identical. */
  psnr: z.number().nullable(),
  /** Mean over the images of SSIM (Wang et al. 2004). */
  ssim: z.number().min(-1.001).max(1.001),
};
