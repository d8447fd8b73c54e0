import { type BdRate, bdRate, type NoBdRate } from '../curve/bd-rate.js';
import { envelope } from '../curve/envelope.js';
import type { MeasuredMethod, RateDistortion, Use } from '../result.js';
import { type Column, ofFamily } from './rates.js';
import { formatPercent } from './words.js';

/** The BD-rate of one of our curves against the curve of another method. */
function bdRateAgainst(
  own: MeasuredMethod,
  anchor: MeasuredMethod,
  { bdRange }: Pick<RateDistortion, 'bdRange'>,
): BdRate | NoBdRate {
  return bdRate(envelope(anchor), envelope(own), bdRange);
}

/** Our curves of a use: a bundle with one prior, all its qualities. */
export const ownCurves = (result: RateDistortion, use: Use): MeasuredMethod[] =>
  ofFamily(result, 'convae', use).filter(({ lossless }) => !lossless);

/** A curve's BD-rate in each column; nothing in our own. With the PSNR that it was taken over where `ranges`. */
export function bdCells(
  result: RateDistortion,
  own: MeasuredMethod,
  columns: readonly Column[],
  ranges: boolean,
): string[] {
  return columns.map(({ methods, isAnchor }) => {
    if (!isAnchor) return '';
    const found = bdRateAgainst(own, methods[0]!, result);
    if (found.percent === null) return ranges ? `– (${found.reason})` : '–';
    const over = ` (${found.from.toFixed(1)} to ${found.to.toFixed(1)} dB)`;
    return formatPercent(found.percent) + (ranges ? over : '');
  });
}
