import type { BundleFolder } from './bundles/find.js';
import type { Span } from './ladder.js';

/** The rows of the tables where nothing says which, dB. */
const USUAL: readonly number[] = [24, 26, 28, 30, 32];
/** Rows that are chosen where none are named. */
const ROWS = 5;
/** Codecs are measured so far beyond, dB: test images may come out better than validation images did. */
const BEYOND = 1;

const half = (value: number): number => Math.round(2 * value) / 2;

/** The PSNR of the bundles at each quality on validation images, as they say. */
const psnrsOf = (bundles: readonly Pick<BundleFolder, 'manifest'>[]): number[] =>
  bundles.flatMap(({ manifest: { rates = [] } }) =>
    rates.flatMap(({ validationPsnr }) => validationPsnr ?? []),
  );

/** PSNRs to compare at, dB, ascending: evenly spread over what the bundles reach, in halves. */
export function chooseRows(bundles: readonly Pick<BundleFolder, 'manifest'>[]): number[] {
  const psnrs = psnrsOf(bundles);
  if (psnrs.length === 0) return [...USUAL];
  const [low, high] = [Math.min(...psnrs), Math.max(...psnrs)];
  const rows = Array.from({ length: ROWS }, (_, i) => half(low + (i * (high - low)) / (ROWS - 1)));
  return [...new Set(rows)];
}

/** What curves must cover, dB: the rows, what BD-rates are taken over, and all that the bundles reach. */
export function wantedSpan(
  wanted: readonly number[],
  bundles: readonly Pick<BundleFolder, 'manifest'>[],
): Span {
  const psnrs = [...wanted, ...psnrsOf(bundles)];
  return { low: Math.min(...psnrs), high: Math.max(...psnrs) + BEYOND };
}
