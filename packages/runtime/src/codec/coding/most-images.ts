import { LEAST_CHUNK_BYTES, MAX_CHUNK_IMAGES } from '../../bitstream/index.js';
import { mostBits } from '../../entropy/code-word.js';
import type { EntropyModel } from './entropy-model.js';
import { leastBits, type PayloadHead } from './payload.js';

/** Most images of one size that a container of so many bytes can hold (FORMAT.md, "Damage"). */
export function mostImages(
  model: EntropyModel,
  bytes: number,
  head: Pick<PayloadHead, 'quality' | 'prior' | 'shape'>,
): number {
  return mostImagesOf(leastBits(model, head), bytes);
}

/** The same where an image takes so many bits at least. */
export function mostImagesOf(imageBits: number, bytes: number): number {
  const chunks = Math.floor(bytes / LEAST_CHUNK_BYTES);
  if (chunks === 0) return 0;
  // One chunk holds most: the frame of a further one takes more bits than its payload may leave out.
  return Math.min(chunks * MAX_CHUNK_IMAGES, Math.floor(mostBits(bytes - LEAST_CHUNK_BYTES) / imageBits));
}
