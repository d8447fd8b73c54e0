import { pchip } from './pchip.js';

/** What one setting takes, and how close it comes. */
export interface RatePoint {
  /** dB. */
  readonly psnr: number;
  /** In any unit, the same for all: bytes per image. */
  readonly bytes: number;
}

/** Percent of bytes that one curve takes more (above 0) or less than another, and the PSNR it was taken over, dB. */
export interface BdRate {
  readonly percent: number;
  readonly from: number;
  readonly to: number;
}

/** Why there is none. */
export interface NoBdRate {
  readonly percent: null;
  readonly reason: string;
}

/** Less in common than this, dB, says nothing about curves. */
const LEAST_OVERLAP = 0.25;

const logCurve = (points: readonly RatePoint[]) =>
  pchip(points.map(({ psnr, bytes }) => ({ x: psnr, y: Math.log(bytes) })));

const ascending = (points: readonly RatePoint[]): RatePoint[] => [...points].sort((a, b) => a.psnr - b.psnr);

const none = (reason: string): NoBdRate => ({ percent: null, reason });

/**
 * The Bjøntegaard delta rate of a curve against an anchor: the mean difference of the logarithms of their rates over the
 * PSNR that both reach, as percent. −50 means half of the anchor's bytes.
 * @param range where given, dB: no PSNR outside counts.
 * @returns null and the reason where a curve has fewer than 2 points, or they have too little PSNR in common.
 * @throws RangeError for two points of one PSNR in a curve.
 * @source Bjøntegaard, "Calculation of average PSNR differences between RD-curves", ITU-T VCEG-M33, 2001; with
 * piecewise cubics (PCHIP) as in the common test conditions JCTVC-L1100, 2013.
 */
export function bdRate(
  anchor: readonly RatePoint[],
  test: readonly RatePoint[],
  range: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): BdRate | NoBdRate {
  if (anchor.length < 2 || test.length < 2) return none('a curve needs two points');
  const [a, b] = [ascending(anchor), ascending(test)];
  const from = Math.max(a[0]!.psnr, b[0]!.psnr, range[0]);
  const to = Math.min(a.at(-1)!.psnr, b.at(-1)!.psnr, range[1]);
  if (to - from < LEAST_OVERLAP) return none(`less than ${LEAST_OVERLAP} dB in common`);
  const difference = logCurve(b).integral(from, to) - logCurve(a).integral(from, to);
  return { percent: 100 * Math.expm1(difference / (to - from)), from, to };
}
