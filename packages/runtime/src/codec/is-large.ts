import type { Manifest } from '../bundle/manifest.js';
import type { ItemShape } from '../image.js';

/** Pixels of a strip beside its overlap, and most of an image that is run whole: ONNX Runtime takes 0.3 kB for each. */
export const STRIP_PIXELS = 1 << 20;
/** Pixels of overlap that are tried first, above and below: networks of three layers that halve the sides reach less far. */
const FIRST_OVERLAP = 32;

/** Whether an image is run in strips: one too large to run at once, where the network takes any size. */
export const isLarge = (
  { image }: Manifest,
  { height, width }: Pick<ItemShape, 'height' | 'width'>,
): boolean => image.anySize && height * width > 1.5 * STRIP_PIXELS;

/** The overlap to begin with, in units of `multiple` rows. */
export const firstOverlap = ({ image }: Manifest): number =>
  image.anySize ? Math.ceil(FIRST_OVERLAP / image.multiple) : 1;
