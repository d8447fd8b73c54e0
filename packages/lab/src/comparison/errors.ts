import type { ImageBatch } from '@convae/runtime';
import { msePerImage, psnrFromMse, ssimPerImage } from '@convae/train/kit';
import type { Figures } from './result.js';

/** Errors of decoded images: MSE over all pixels, its PSNR, mean SSIM over the images. */
export type Errors = Pick<Figures, 'images' | 'mse' | 'psnr' | 'ssim'>;

/** Sums the errors of images that come part by part, each part of a size of its own. */
export class ErrorSum {
  #images = 0;
  #pixels = 0;
  #squares = 0;
  #ssim = 0;

  /** @throws RangeError where the shapes differ. */
  add(originals: ImageBatch, decoded: ImageBatch): void {
    const pixels = originals.height * originals.width;
    for (const mse of msePerImage(originals, decoded)) this.#squares += mse * pixels;
    for (const ssim of ssimPerImage(originals, decoded)) this.#ssim += ssim;
    this.#images += originals.count;
    this.#pixels += originals.count * pixels;
  }

  get errors(): Errors {
    const mse = this.#squares / this.#pixels;
    return { images: this.#images, mse, psnr: psnrFromMse(mse), ssim: this.#ssim / this.#images };
  }
}

/** Errors of decoded images of one size. @throws RangeError where the shapes differ. */
export function errorsOf(originals: ImageBatch, decoded: ImageBatch): Errors {
  const sum = new ErrorSum();
  sum.add(originals, decoded);
  return sum.errors;
}
