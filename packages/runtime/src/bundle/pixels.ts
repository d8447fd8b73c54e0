import { ConvaeError } from '../errors.js';
import { type PixelModel, parsePixels } from '../pixels/index.js';
import type { LosslessBundle } from './load.js';

/**
 * Reads the pixel context model of a lossless bundle and checks it against the manifest: its channels, and a grid of places
 * no finer than the image.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED.
 */
export function bundlePixels({ manifest: { image, context }, ...bundle }: LosslessBundle): PixelModel {
  const model = parsePixels(bundle.context);
  const mismatch = (name: string, expected: string, found: number): ConvaeError =>
    new ConvaeError('DATA_INVALID', `expected ${expected} ${name} in ${context.file}, received ${found}`);
  const { channels, gridHeight, gridWidth } = model;
  if (channels !== image.channels) throw mismatch('channels', `${image.channels}`, channels);
  if (gridHeight > image.height) throw mismatch('rows', `at most ${image.height}`, gridHeight);
  if (gridWidth > image.width) throw mismatch('columns', `at most ${image.width}`, gridWidth);
  return model;
}
