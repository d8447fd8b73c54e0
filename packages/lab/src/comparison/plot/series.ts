import { type PaletteName, paint } from '@convae/train/kit';
import type { Family, MeasuredMethod, RateDistortion } from '../result.js';

/** A line of the plot. */
export interface Series {
  readonly id: string;
  /** What stands at its end. */
  readonly label: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly strong: boolean;
  /** Ascending PSNR. */
  readonly points: readonly { readonly psnr: number; readonly bytes: number }[];
}

const COLOURS: Readonly<Record<Family, PaletteName>> = {
  convae: 'first',
  reference: 'second',
  pca: 'second',
  mosaic: 'ink',
  file: 'muted',
  stream: 'muted',
};

function labelOf({ family, label }: MeasuredMethod): string {
  if (family === 'reference') return 'reference AE, quantized';
  if (family === 'pca') return 'PCA, same coder';
  return label
    .replace(/^convae /, '')
    .replace(', one file each', ' files')
    .replace(', one mosaic', ' mosaic')
    .replace(/, (factorized|context) prior/, ' $1');
}

/** The points that no other setting of the method beats in both bytes and PSNR: what a user would choose. */
function frontier(method: MeasuredMethod): Series['points'] {
  const points = method.points.flatMap(({ psnr, bytesPerImage }) =>
    psnr === null ? [] : [{ psnr, bytes: bytesPerImage }],
  );
  const useful = points.filter(
    (point) =>
      !points.some((other) => other !== point && other.psnr >= point.psnr && other.bytes < point.bytes),
  );
  return useful.sort((a, b) => a.psnr - b.psnr);
}

/** One line for each lossy method. */
export function seriesOf({ methods }: RateDistortion): Series[] {
  return methods
    .filter(({ lossless }) => !lossless)
    .map((method) => ({
      id: method.id,
      label: labelOf(method),
      colour: paint(COLOURS[method.family]),
      dashed: method.prior === 'factorized' && method.family === 'convae',
      strong: method.family === 'convae',
      points: frontier(method),
    }))
    .filter(({ points }) => points.length > 0);
}
