import type { MeasuredMethod, Point } from '../result.js';
import type { RatePoint } from './bd-rate.js';
import { pchip } from './pchip.js';

/** A measured setting that lost something, as a point of a curve. */
export interface CurvePoint extends RatePoint {
  readonly point: Point;
}

/** Without points that another one beats in PSNR or bytes and equals in the other; ascending in both. */
function frontier(points: readonly CurvePoint[]): CurvePoint[] {
  const finest = [...points].sort((a, b) => b.psnr - a.psnr || a.bytes - b.bytes);
  const kept: CurvePoint[] = [];
  for (const each of finest) {
    if (kept.length === 0 || each.bytes < kept.at(-1)!.bytes) kept.push(each);
  }
  return kept.reverse();
}

/**
 * Bytes of a curve at a PSNR, dB, interpolated in their logarithm (PCHIP). Below its coarsest point those of that point;
 * undefined above the finest.
 * @param curve ascending in PSNR, as {@link envelope} gives it.
 */
export function bytesAt(curve: readonly RatePoint[], psnr: number): number | undefined {
  const [coarsest, finest] = [curve[0], curve.at(-1)];
  if (coarsest === undefined || psnr > finest!.psnr) return undefined;
  if (psnr <= coarsest.psnr) return coarsest.bytes;
  const knots = curve.map((each) => ({ x: each.psnr, y: Math.log(each.bytes) }));
  return Math.exp(pchip(knots).at(psnr));
}

/** The lossy points of each variant. */
function byVariant(points: readonly Point[]): CurvePoint[][] {
  const variants = new Map<string | undefined, CurvePoint[]>();
  for (const point of points) {
    const { variant, psnr, bytesPerImage: bytes } = point;
    if (psnr !== null) variants.set(variant, [...(variants.get(variant) ?? []), { psnr, bytes, point }]);
  }
  return [...variants.values()];
}

/** Without what lies beyond the first points outside a span: there not every variant was measured. */
function within(curve: readonly CurvePoint[], [low, high]: readonly [number, number]): CurvePoint[] {
  const first = curve.findLast(({ psnr }) => psnr <= low)?.psnr ?? Number.NEGATIVE_INFINITY;
  const last = curve.find(({ psnr }) => psnr >= high)?.psnr ?? Number.POSITIVE_INFINITY;
  return curve.filter(({ psnr }) => psnr >= first && psnr <= last);
}

/**
 * The curve of a method: at each PSNR the variant (4:4:4 or 4:2:0, say) that takes the fewest bytes, ascending. Points
 * that the own curve of another variant beats are left out, and lossless ones.
 */
export function envelope({ points, span }: Pick<MeasuredMethod, 'points' | 'span'>): CurvePoint[] {
  const curves = byVariant(points).map(frontier);
  const best = curves.flatMap((curve) => {
    const others = curves.filter((other) => other !== curve);
    return curve.filter(({ psnr, bytes }) =>
      others.every((other) => (bytesAt(other, psnr) ?? Number.POSITIVE_INFINITY) >= bytes),
    );
  });
  return span === undefined ? frontier(best) : within(frontier(best), span);
}
