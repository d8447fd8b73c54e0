import { type PaletteName, paint } from '@convae/train/kit';
import { envelope } from '../curve/envelope.js';
import type { Family, MeasuredMethod, RateDistortion, Use } from '../result.js';
import { bitsPerPixel } from '../table/words.js';

/** A line of the plot. */
export interface Series {
  readonly id: string;
  /** What stands at its end. */
  readonly label: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly strong: boolean;
  /** Ascending PSNR, dB; bytes per image, or bits per pixel where pictures have many sizes. */
  readonly points: readonly { readonly psnr: number; readonly rate: number }[];
}

const COLOURS: Readonly<Record<Family, PaletteName>> = {
  convae: 'first',
  reference: 'second',
  pca: 'second',
  codec: 'ink',
  bytes: 'muted',
};

function labelOf({ family, label }: MeasuredMethod): string {
  if (family === 'reference') return 'reference AE, quantized';
  if (family === 'pca') return 'PCA, same coder';
  return label
    .replace(/^convae /, '')
    .replace(/, one (file each|stream each|mosaic|container)/, '')
    .replace(/, (factorized|context) prior/, ' $1');
}

/** One line for each lossy method of a use: what a user would choose at each PSNR. */
export function seriesOf(result: RateDistortion, use: Use): Series[] {
  const { methods, dataset } = result;
  const rateOf = (bytes: number): number => (dataset.manySizes ? bitsPerPixel(result, use, bytes) : bytes);
  return methods
    .filter((method) => method.use === use && !method.lossless)
    .map((method) => ({
      id: method.id,
      label: labelOf(method),
      colour: paint(COLOURS[method.family]),
      dashed: method.prior === 'factorized' && method.family === 'convae',
      strong: method.family === 'convae',
      points: envelope(method).map(({ psnr, bytes }) => ({ psnr, rate: rateOf(bytes) })),
    }))
    .filter(({ points }) => points.length > 0);
}
