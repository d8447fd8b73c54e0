import { checkInteger } from '../checks.js';
import { ByteWriter } from './byte-writer.js';
import { type ImageStream, SIZE_MODES, sizeMode } from './image-stream.js';
import { MAX_CODED_SIDE } from './limits.js';
import { PRIORS } from './priors.js';

/**
 * Writes the stream of one image: 1 byte before the payload, 3 or 4 (sides above 4096: 5) where it names its size.
 * FORMAT.md, "Single image stream".
 * @throws RangeError for a quality outside 0..15 or a side outside 1..16384.
 */
export function writeImageStream({ prior, quality, size, payload }: ImageStream): Uint8Array {
  checkInteger(quality, 'quality', 0, 15);
  const mode = sizeMode(size);
  if (mode === undefined) {
    throw new RangeError(
      `expected sides of 1 to ${MAX_CODED_SIDE} for size, received ${size?.height}×${size?.width}`,
    );
  }
  const writer = new ByteWriter().u8((PRIORS.indexOf(prior) << 6) | (mode << 4) | quality);
  if (size) SIZE_MODES[mode]!.write(writer, size);
  return writer.bytes(payload).result();
}
