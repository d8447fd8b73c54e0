import type { ImageBatch } from '@convae/runtime/core';
import { patchVariances } from '../../model/klt.js';
import { middleLambda, type RateSpec } from './rate-spec.js';
import type { RateTarget } from './target.js';

/** What networks reach beyond the KLT of patches at the same lambda, dB: Fashion-MNIST 2.6, CIFAR-10 2.5, MNIST 4 to 6. */
const NETWORK_GAIN = 2.5;
/** Their bytes of those that the KLT of patches needs: Fashion-MNIST a third, CIFAR-10 four fifths. */
const NETWORK_SHARE = 0.5;
/** Lambdas that a guess may be. */
const RANGE = { least: 0.1, most: 1e5 } as const;
const SEARCH_ROUNDS = 60;

/** The variances along the principal axes of patches, pixels 0..1. */
export interface PatchStatistics {
  readonly variances: readonly number[];
  /** Patches in an image. */
  readonly patches: number;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** PSNR and bytes of an image by reverse water-filling: every axis has at most this distortion, or its whole variance. */
function waterFilled(
  { variances, patches }: PatchStatistics,
  level: number,
): { psnr: number; bytes: number } {
  const distortion = sum(variances.map((variance) => Math.min(level, variance))) / variances.length;
  const bits = sum(variances.map((variance) => Math.max(0, Math.log2(variance / level) / 2)));
  return { psnr: -10 * Math.log10(distortion), bytes: (bits * patches) / 8 };
}

/**
 * The lambda at which a network for such images about has the target: where bits change by −1 / (2 ln 2 · level) for a
 * level of distortion, as in `kltGain`.
 * @source Cover and Thomas, Elements of Information Theory, 10.3.3 (reverse water-filling)
 */
export function guessLambda(target: RateTarget, statistics: PatchStatistics): number {
  const isFine = (lambda: number): boolean => {
    const { psnr, bytes } = waterFilled(statistics, 1 / (2 * Math.LN2 * lambda));
    return 'psnr' in target ? psnr + NETWORK_GAIN > target.psnr : bytes * NETWORK_SHARE > target.bytes;
  };
  let [low, high]: [number, number] = [RANGE.least, RANGE.most];
  for (let round = 0; round < SEARCH_ROUNDS; round++) {
    const middle = Math.sqrt(low * high);
    if (isFine(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const toThreeDigits = (value: number): number => Number(value.toPrecision(3));

/** The rate with its lambdas moved, all by one factor, to where its target is guessed for these images. */
export function startedRate(rate: RateSpec, images: ImageBatch, patch: number): RateSpec {
  if (rate.target === null) return rate;
  const side = Math.min(patch, images.height, images.width);
  const patches = (images.height * images.width) / side ** 2;
  const guess = guessLambda(rate.target, { variances: patchVariances(images, side), patches });
  const factor = guess / middleLambda(rate);
  return { ...rate, lambdas: rate.lambdas.map((lambda) => toThreeDigits(lambda * factor)) };
}
