import * as z from 'zod';

/** The qualities that can be asked for, dB: below, nothing is told apart; above, lossless files are smaller. */
export const PSNR_RANGE = { least: 10, most: 60 } as const;
/** The most bytes of an image that can be asked for. */
export const MAX_TARGET_BYTES = 1e8;

/** What the quality in the middle is to reach on validation images: decibels, or bytes an image. */
export const targetSchema = z.union([
  z.strictObject({ psnr: z.number().min(PSNR_RANGE.least).max(PSNR_RANGE.most) }),
  z.strictObject({ bytes: z.number().positive().max(MAX_TARGET_BYTES) }),
]);

/** See {@link targetSchema}. */
export type RateTarget = z.output<typeof targetSchema>;

/** What images measure at one quality. */
export interface Reached {
  /** dB. */
  readonly psnr: number;
  /** Bytes an image. */
  readonly bytes: number;
}

/** How far off is still on target: dB, or a share of the bytes. */
const TOLERANCE = { psnr: 0.3, bytes: 0.05 } as const;

/**
 * What twice the lambda changes near the usual rates: measured on Fashion-MNIST between lambdas 60 and 600, five
 * qualities of one network.
 */
const DECIBELS_AN_OCTAVE = 1.4;
const BYTES_POWER = 0.4;

/** How far above the target something is: in dB, or as a share of the bytes. Below is negative. */
export function excessOf(target: RateTarget, { psnr, bytes }: Reached): number {
  return 'psnr' in target ? psnr - target.psnr : bytes / target.bytes - 1;
}

/** Whether this is near enough to count as reached: within 0.3 dB, or 5% of the bytes. */
export function isOnTarget(target: RateTarget, reached: Reached): boolean {
  return Math.abs(excessOf(target, reached)) <= TOLERANCE['psnr' in target ? 'psnr' : 'bytes'];
}

/** By how many octaves lambda has to rise for the target, about; negative where it has to fall. */
export function octavesTo(target: RateTarget, { psnr, bytes }: Reached): number {
  if ('psnr' in target) return (target.psnr - psnr) / DECIBELS_AN_OCTAVE;
  return Math.log2(target.bytes / bytes) / BYTES_POWER;
}

/** The index of what is nearest to the target; `reached` must not be empty. */
export function nearestTo(target: RateTarget, reached: readonly Reached[]): number {
  const off = reached.map((each) => Math.abs(octavesTo(target, each)));
  return off.indexOf(Math.min(...off));
}

/** `30 dB`, `60 bytes an image`. */
export const targetText = (target: RateTarget): string =>
  'psnr' in target ? `${target.psnr} dB` : `${target.bytes} bytes an image`;
