import type { Codec } from '../codec/interface.js';
import { qualityCount } from '../entropy/quantizer.js';
import { ConvaeError } from '../errors.js';

/** A codec as placeholders need it: of the page, of a worker, or of Node. */
export type PlaceholderCodec = Pick<Codec, 'manifest' | 'encode' | 'decode'>;

/** The largest placeholder that is read, bytes. */
export const MAX_PLACEHOLDER_BYTES = 1024;

/**
 * The number of qualities of a bundle for placeholders.
 * @throws ConvaeError UNSUPPORTED where it is not for RGB, or has no qualities.
 */
export function placeholderQualities({ manifest }: Pick<PlaceholderCodec, 'manifest'>): number {
  const { image, quantizer, name } = manifest;
  if (image.channels === 3 && quantizer !== undefined) return qualityCount(quantizer);
  const lack = quantizer === undefined ? 'has no qualities' : `is for ${image.channels} channels`;
  throw new ConvaeError('UNSUPPORTED', `${name} ${lack}: placeholders take a bundle that codes RGB images`);
}
