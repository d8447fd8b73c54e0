import type { FloatImageBatch, ImageBatch, Images } from '../image.js';
import { joinBatches } from '../join-batches.js';

/**
 * One batch of whatever form of images was given.
 * @throws TypeError, RangeError or ConvaeError SHAPE_MISMATCH as joinBatches.
 */
export function joinedImages(images: Images): ImageBatch | FloatImageBatch {
  if (Array.isArray(images)) return joinBatches<ImageBatch | FloatImageBatch>(images);
  return images as ImageBatch | FloatImageBatch;
}
