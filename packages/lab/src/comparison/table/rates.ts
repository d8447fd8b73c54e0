import type { Family, MeasuredMethod, Point, RateDistortion } from '../result.js';

/** A point together with the method that it belongs to. */
export interface Rated {
  readonly method: MeasuredMethod;
  readonly point: Point;
}

/** The name of a codec without how it is used. */
export const shortName = ({ method }: Rated): string => method.label.split(',')[0]!.replace(/^convae /, '');

const reaches = ({ psnr }: Point, target: number): boolean => psnr === null || psnr >= target;

/**
 * The fewest bytes that were measured at a PSNR or above it, among all settings of some methods. Nothing is
 * interpolated: a codec whose coarsest setting is better than the target is counted with that setting.
 */
export function cheapest(methods: readonly MeasuredMethod[], target: number): Rated | undefined {
  const candidates = methods.flatMap((method) =>
    method.points.filter((point) => reaches(point, target)).map((point) => ({ method, point })),
  );
  return candidates.reduce<Rated | undefined>(
    (best, rated) => (best && best.point.bytesPerImage <= rated.point.bytesPerImage ? best : rated),
    undefined,
  );
}

/** The methods of a family. */
export function ofFamily({ methods }: RateDistortion, family: Family): MeasuredMethod[] {
  return methods.filter((method) => method.family === family);
}

/** A group of methods that one column of the short table stands for. */
export interface Group {
  readonly title: string;
  readonly methods: readonly MeasuredMethod[];
}

/** The columns of the short table: the best of each kind; kinds without methods are left out. */
export function groups(result: RateDistortion): Group[] {
  const own = ofFamily(result, 'convae');
  const all = [
    { title: 'convae, context prior', methods: own.filter(({ prior }) => prior === 'context') },
    { title: 'convae, factorized prior', methods: own.filter(({ prior }) => prior === 'factorized') },
    { title: 'best classical codec, one mosaic', methods: ofFamily(result, 'mosaic') },
    { title: 'best classical codec, one file each', methods: ofFamily(result, 'file') },
    { title: 'PCA, same entropy coder', methods: ofFamily(result, 'pca') },
    { title: 'reference autoencoder', methods: ofFamily(result, 'reference') },
  ];
  return all.filter(({ methods }) => methods.length > 0);
}
