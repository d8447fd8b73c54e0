import type { RateDistortion } from '../result.js';
import { cheapest, ofFamily, type Rated, shortName } from './rates.js';
import { formatDecibels, formatImages, formatModel, formatRate } from './words.js';

/** When a bundle has paid for itself at one of its settings. */
export interface BreakEven extends Rated {
  /** What it is compared with: the smallest mosaic of a classical codec at its PSNR or above. */
  readonly rival: Rated | undefined;
  /**
   * The fewest images for which bundle and bitstream together are smaller than that mosaic, both taken as
   * proportional to the images; undefined where that never happens.
   */
  readonly images: number | undefined;
}

/** The fewest images n with model + own·n < rival·n; undefined where there are none. */
export function imagesToBreakEven(model: number, own: number, rival: number): number | undefined {
  return own < rival ? Math.floor(model / (rival - own)) + 1 : undefined;
}

/** Every setting of every bundle against the mosaics of the classical codecs. */
export function breakEvens(result: RateDistortion): BreakEven[] {
  const mosaics = ofFamily(result, 'mosaic');
  const bundles = [...ofFamily(result, 'convae'), ...ofFamily(result, 'reference')];
  return bundles.flatMap((method) =>
    method.points.map((point) => {
      const rival = cheapest(mosaics, point.psnr ?? Number.POSITIVE_INFINITY);
      const images =
        rival && imagesToBreakEven(point.modelBytes ?? 0, point.bytesPerImage, rival.point.bytesPerImage);
      return { method, point, rival, images };
    }),
  );
}

/** A row of the table: the bundle, its bytes, its PSNR, its bytes per image, the best mosaic, the images. */
export const breakEvenCells = ({ method, point, rival, images }: BreakEven): string[] => [
  `${method.label}, ${point.setting}`,
  formatModel(point.modelBytes),
  formatDecibels(point.psnr),
  formatRate(point.bytesPerImage),
  rival ? `${formatRate(rival.point.bytesPerImage)} (${shortName(rival)})` : '–',
  formatImages(images),
];
