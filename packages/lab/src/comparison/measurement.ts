import type { ImageBatch, PlainData } from '@convae/runtime';
import { mean, msePerImage, psnrFromMse, ssimPerImage } from '@convae/train/kit';
import type { Figures, Method, Skipped } from './result.js';

/** One setting of one method, ready to be measured. */
export interface Measurement {
  readonly method: Method;
  /** The setting in words: `quality 40`. */
  readonly setting: string;
  /** All that the figures depend on besides the images: names the result in the cache. */
  readonly key: PlainData;
  /** Rough seconds on one core for 10,000 images of 28×28, for the remaining time that is shown. */
  readonly cost: number;
  /** @param onProgress hears the share done, 0..1, where it takes long. */
  readonly measure: (onProgress: (share: number) => void) => Promise<Figures>;
}

/** What a part of the comparison wants measured, and what it cannot. */
export interface Plan {
  readonly measurements: readonly Measurement[];
  readonly skipped: readonly Skipped[];
}

export const joinPlans = (plans: readonly Plan[]): Plan => ({
  measurements: plans.flatMap(({ measurements }) => measurements),
  skipped: plans.flatMap(({ skipped }) => skipped),
});

/** Errors of decoded images: MSE over all pixels, its PSNR, mean SSIM. @throws RangeError where the shapes differ. */
export function errorsOf(
  originals: ImageBatch,
  decoded: ImageBatch,
): Pick<Figures, 'images' | 'mse' | 'psnr' | 'ssim'> {
  const mse = mean(msePerImage(originals, decoded));
  return {
    images: originals.count,
    mse,
    psnr: psnrFromMse(mse),
    ssim: mean(ssimPerImage(originals, decoded)),
  };
}
