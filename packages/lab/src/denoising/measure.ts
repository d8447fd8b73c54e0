import type { Codec, ImageBatch } from '@convae/runtime';
import { inBatches, mean, msePerImage, type NoiseKind, psnrFromMse, ssimPerImage } from '@convae/train/kit';
import { FILTER_NAMES, FILTERS, filterImages } from './candidates.js';
import { noisyImages } from './noisy.js';
import type { DenoisingLevel, DenoisingQuality, FilterName, FilterSettings } from './schema.js';

/** Images at once. */
const BATCH = 500;
/** Seeds of the noise of images to measure on, and of images to choose settings on. */
const TEST_SEED = 1;
const TUNING_SEED = 2;

/** A filter with its settings. */
export interface TunedFilter {
  readonly filter: FilterName;
  readonly settings: FilterSettings;
}

const errorOf = (clean: ImageBatch, output: ImageBatch): number => mean(msePerImage(clean, output));

/** The settings of every filter with the least error on these images, under noise of this level. */
export function tuneFilters(images: ImageBatch, kind: NoiseKind, level: number): TunedFilter[] {
  const noisy = noisyImages(images, { kind, level, seed: TUNING_SEED, batch: 0 });
  return FILTER_NAMES.map((filter) => {
    const tried = FILTERS[filter].candidates(level).map((settings) => ({
      settings,
      error: errorOf(images, filterImages(noisy, filter, settings)),
    }));
    const best = tried.reduce((least, other) => (other.error < least.error ? other : least));
    return { filter, settings: best.settings };
  });
}

/** The test images under noise, some at a time; the first ones of a set have the same noise whatever its length. */
export function noisyBatches(images: ImageBatch, kind: NoiseKind, level: number) {
  return [...inBatches(images, BATCH)].map((clean, batch) => ({
    clean,
    noisy: () => noisyImages(clean, { kind, level, seed: TEST_SEED, batch }),
  }));
}

/** Sums over images, from which the figures come. */
class QualitySum {
  #error = 0;
  #ssim = 0;
  #images = 0;

  add(clean: ImageBatch, output: ImageBatch): void {
    for (const error of msePerImage(clean, output)) this.#error += error;
    for (const ssim of ssimPerImage(clean, output)) this.#ssim += ssim;
    this.#images += clean.count;
  }

  figures(): DenoisingQuality {
    const mse = this.#error / this.#images;
    return { mse, psnr: psnrFromMse(mse), ssim: this.#ssim / this.#images };
  }
}

/** What the network and the filters make of the images under noise of one level. */
export async function measureLevel(options: {
  readonly codec: Codec;
  readonly images: ImageBatch;
  readonly kind: NoiseKind;
  readonly level: number;
  readonly filters: readonly TunedFilter[];
}): Promise<DenoisingLevel> {
  const { codec, images, kind, level, filters } = options;
  const [untouched, network] = [new QualitySum(), new QualitySum()];
  const sums = filters.map(() => new QualitySum());
  for (const batch of noisyBatches(images, kind, level)) {
    const [clean, noisy] = [batch.clean, batch.noisy()];
    untouched.add(clean, noisy);
    network.add(clean, await codec.denoise(noisy));
    for (const [i, { filter, settings }] of filters.entries())
      sums[i]!.add(clean, filterImages(noisy, filter, settings));
  }
  return {
    level,
    noisy: untouched.figures(),
    network: network.figures(),
    filters: filters.map((tuned, i) => ({ ...tuned, ...sums[i]!.figures() })),
  };
}

/** The filter that came closest to the clean images at a level. */
export function bestFilter({ filters }: DenoisingLevel): DenoisingLevel['filters'][number] {
  return filters.reduce((best, other) => (other.mse < best.mse ? other : best));
}
