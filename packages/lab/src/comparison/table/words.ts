import type { RateDistortion, Use } from '../result.js';

/** 9.28, 33.8, 151: three digits that count. */
function formatRate(bytes: number): string {
  return bytes < 10 ? bytes.toFixed(2) : bytes < 1000 ? bytes.toFixed(1) : bytes.toFixed(0);
}

/** Bits per pixel of the images of a use. */
export function bitsPerPixel({ samples }: RateDistortion, use: Use, bytesPerImage: number): number {
  const { images, pixels } = samples[use]!;
  return (8 * bytesPerImage * images) / pixels;
}

/** Bytes per image; kB and bits per pixel for pictures of many sizes. */
export function rateText(result: RateDistortion, use: Use, bytesPerImage: number): string {
  if (!result.dataset.manySizes) return formatRate(bytesPerImage);
  const bits = bitsPerPixel(result, use, bytesPerImage);
  return `${(bytesPerImage / 1000).toFixed(1)} kB, ${bits.toFixed(3)} bpp`;
}

/** 25.70, or the word for no error at all. */
export function formatDecibels(psnr: number | null): string {
  return psnr === null ? 'lossless' : psnr.toFixed(2);
}

/** −12.3 %. */
export const formatPercent = (percent: number): string =>
  `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;

/** 1,234 or never. */
export const formatImages = (images: number | undefined): string =>
  images === undefined ? 'never' : images.toLocaleString('en');

/** 12,345 bytes or kB. */
export const formatModel = (bytes: number | undefined): string =>
  bytes === undefined ? '' : `${(bytes / 1000).toFixed(1)} kB`;
