import { bytesAt, envelope } from '../curve/envelope.js';
import type { Family, MeasuredMethod, RateDistortion, Use } from '../result.js';

/** What a method takes at some PSNR, bytes per image. */
export interface Rated {
  readonly method: MeasuredMethod;
  readonly bytes: number;
}

/** The name of a codec without how it is used. */
export const shortName = ({ label }: Pick<MeasuredMethod, 'label'>): string =>
  label.split(',')[0]!.replace(/^convae /, '');

/** What a lossless method takes in the best of its ways, bytes per image. */
const bytesOf = ({ points }: MeasuredMethod): number =>
  Math.min(...points.map(({ bytesPerImage }) => bytesPerImage));

/** The lossless methods of a use, the fewest bytes first. */
export function losslessIn({ methods }: RateDistortion, use: Use): Rated[] {
  const own = methods.filter((method) => method.use === use && method.lossless);
  return own.map((method) => ({ method, bytes: bytesOf(method) })).sort((a, b) => a.bytes - b.bytes);
}

/**
 * Bytes per image of a method at a PSNR, dB: between measured settings interpolated in their logarithm; below the
 * coarsest setting those of that one; undefined above the finest.
 */
export function bytesFor(method: MeasuredMethod, psnr: number): number | undefined {
  return method.lossless ? bytesOf(method) : bytesAt(envelope(method), psnr);
}

/** The method that takes the fewest bytes at a PSNR, dB. */
export function cheapest(methods: readonly MeasuredMethod[], psnr: number): Rated | undefined {
  const rated = methods.flatMap((method): Rated[] => {
    const bytes = bytesFor(method, psnr);
    return bytes === undefined ? [] : [{ method, bytes }];
  });
  return rated.reduce<Rated | undefined>(
    (best, each) => (best && best.bytes <= each.bytes ? best : each),
    undefined,
  );
}

/** The methods of a family in one use. */
export function ofFamily({ methods }: RateDistortion, family: Family, use: Use): MeasuredMethod[] {
  return methods.filter((method) => method.family === family && method.use === use);
}

/** The uses that were measured. */
export const usesIn = ({ samples }: RateDistortion): Use[] =>
  samples.together === undefined ? ['single'] : ['single', 'together'];

/** Methods that one column of the short table stands for. */
export interface Column {
  readonly title: string;
  /** Several: the best of them at each PSNR. */
  readonly methods: readonly MeasuredMethod[];
  /** Whether BD-rates against it are told: it is one curve, and not ours. */
  readonly isAnchor: boolean;
}

const anchor = (title: string, methods: readonly MeasuredMethod[]): Column => ({
  ...{ title, methods, isAnchor: true },
});

/** The columns of the short table of a use; kinds without methods are left out. */
export function columnsOf(result: RateDistortion, use: Use): Column[] {
  const own = ofFamily(result, 'convae', use);
  const codecs = ofFamily(result, 'codec', use).filter(({ lossless }) => !lossless);
  const all: Column[] = [
    ...(['context', 'factorized'] as const).map((prior) => ({
      title: `convae, ${prior} prior`,
      methods: own.filter((method) => method.prior === prior),
      isAnchor: false,
    })),
    ...codecs.map((codec) => anchor(shortName(codec), [codec])),
    anchor('PCA, same entropy coder', ofFamily(result, 'pca', use)),
    anchor('reference autoencoder', ofFamily(result, 'reference', use)),
  ];
  return all.filter(({ methods }) => methods.length > 0);
}
