import { ConvaeError } from '../errors.js';

/** What the first byte of a placeholder says. */
export interface PlaceholderHead {
  /** An index into the bundle's qualities. */
  readonly quality: number;
  /** Width over height of the picture, 0.25..4. */
  readonly aspectRatio: number;
}

/** Values of the byte that are shared out; the last one is kept for later versions. */
const CODES = 255;
/** Aspect ratios reach from 1:4 to 4:1. */
const OCTAVES = 2;

/** Steps from the square to the widest aspect ratio that there is a code for. */
const stepsOf = (qualities: number): number => (Math.floor(CODES / qualities) - 1) >> 1;

/**
 * The first byte: quality and aspect ratio, the latter on a logarithmic scale. The fewer qualities a bundle has, the finer
 * it is: with five, steps of 6 %. FORMAT.md, "Placeholder".
 */
export function writeHead({ quality, aspectRatio }: PlaceholderHead, qualities: number): number {
  const steps = stepsOf(qualities);
  const step = Math.round((Math.log2(aspectRatio) * steps) / OCTAVES);
  return quality * (2 * steps + 1) + steps + Math.min(steps, Math.max(-steps, step));
}

/** @throws ConvaeError DATA_INVALID for a byte that no writer with so many qualities writes. */
export function readHead(byte: number, qualities: number): PlaceholderHead {
  const steps = stepsOf(qualities);
  const ratios = 2 * steps + 1;
  const quality = Math.floor(byte / ratios);
  if (quality >= qualities)
    throw new ConvaeError(
      'DATA_INVALID',
      `the placeholder begins with ${byte}, bundles of ${qualities} qualities go to ${qualities * ratios - 1}`,
    );
  return { quality, aspectRatio: 2 ** ((OCTAVES * ((byte % ratios) - steps)) / steps) };
}
