import { mean } from '../../figures/averages.js';
import { psnrFromMse } from '../../figures/psnr.js';
import type { Metrics } from '../schema.js';

/** The distortion of one class. */
export type ClassDistortion = NonNullable<Metrics['distortion']['perClass']>[number];
/** Distortion of a group of images: MSE on 0..1, PSNR in dB from that MSE, mean SSIM. */
export type Distortion = Omit<ClassDistortion, 'label'>;

/** Sums per-image figures up into those of the group. */
export function distortionOf(mse: Float64Array, ssim: Float64Array): Distortion {
  const groupMse = mean(mse);
  return { images: mse.length, mse: groupMse, psnr: psnrFromMse(groupMse), ssim: mean(ssim) };
}

/** The distortion of each class that occurs, by class number. */
export function distortionPerClass(
  mse: Float64Array,
  ssim: Float64Array,
  labels: Uint8Array,
): ClassDistortion[] {
  const present = [...new Set(labels)].sort((a, b) => a - b);
  return present.map((label) => {
    const inClass = (_: number, index: number): boolean => labels[index] === label;
    return { label, ...distortionOf(mse.filter(inClass), ssim.filter(inClass)) };
  });
}
