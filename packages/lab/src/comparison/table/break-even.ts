import type { MeasuredMethod, Point, RateDistortion } from '../result.js';
import { cheapest, ofFamily, type Rated, shortName, usesIn } from './rates.js';
import { formatDecibels, formatImages, formatModel, rateText } from './words.js';

/** When a bundle has paid for itself at one of its settings. */
export interface BreakEven {
  readonly method: MeasuredMethod;
  readonly point: Point;
  /** What it is compared with: the classical codec that takes the fewest bytes at its PSNR in the same use. */
  readonly rival: Rated | undefined;
  /**
   * The fewest images for which bundle and bitstreams together are smaller than that codec's files, both taken as
   * proportional to the images; undefined where that never happens.
   */
  readonly images: number | undefined;
}

/** The fewest images n with model + own·n < rival·n; undefined where there are none. */
export function imagesToBreakEven(model: number, own: number, rival: number): number | undefined {
  return own < rival ? Math.floor(model / (rival - own)) + 1 : undefined;
}

/** Every setting of every bundle against the classical codecs: streams against files, containers against mosaics. */
export function breakEvens(result: RateDistortion): BreakEven[] {
  return usesIn(result).flatMap((use) => {
    const codecs = ofFamily(result, 'codec', use);
    const bundles = [...ofFamily(result, 'convae', use), ...ofFamily(result, 'reference', use)];
    return bundles.flatMap((method) =>
      method.points.map((point): BreakEven => {
        const rival = cheapest(codecs, point.psnr ?? Number.POSITIVE_INFINITY);
        const images = rival && imagesToBreakEven(point.modelBytes ?? 0, point.bytesPerImage, rival.bytes);
        return { method, point, rival, images };
      }),
    );
  });
}

/** A row of the table: the bundle, its bytes, its PSNR, its bytes per image, the best codec, the images. */
export const breakEvenCells = (
  result: RateDistortion,
  { method, point, rival, images }: BreakEven,
): string[] => [
  `${method.label}, ${point.setting}`,
  formatModel(point.modelBytes),
  formatDecibels(point.psnr),
  rateText(result, method.use, point.bytesPerImage),
  rival ? `${rateText(result, method.use, rival.bytes)} (${shortName(rival.method)})` : '–',
  formatImages(images),
];
