import type { CardColumn, LosslessMetrics, Metrics } from '@convae/train/kit';
import { findComparison } from './find-result.js';
import { breakEvens } from './table/break-even.js';
import { losslessTables } from './table/markdown.js';

const NOTE = `From so many images on, bundle and bitstream together are smaller than one mosaic of all images in the best classical
codec at the same PSNR (\`npm run rate-distortion\`).`;

/** After how many images a bundle pays at each of its rates, where the comparison measured the same bundle. */
export async function breakEvenColumn(runFolder: string, metrics: Metrics): Promise<CardColumn | undefined> {
  const comparison = await findComparison(runFolder, metrics.dataset);
  if (comparison === undefined) return undefined;
  const known = breakEvens(comparison);
  return {
    head: 'pays from so many images on',
    note: NOTE,
    cell: ({ prior, quality }) => {
      const found = known.find(
        ({ method, point }) =>
          method.use === 'together' &&
          method.prior === prior &&
          point.modelBytes === metrics.bundle.bytes &&
          point.setting === `quality ${quality}`,
      );
      return found && (found.images?.toLocaleString('en') ?? 'never');
    },
  };
}

/** What other lossless codecs take on the same images, for the card of a lossless bundle. */
export async function losslessPart(runFolder: string, metrics: LosslessMetrics): Promise<string | undefined> {
  const comparison = await findComparison(runFolder, metrics.dataset);
  const tables = comparison && losslessTables(comparison);
  if (!tables) return undefined;
  return `${tables}\n\nReal bytes, bundles apart (\`npm run rate-distortion\`). A mosaic or stream of all cannot give back one image alone.`;
}
