import { checkFinite } from '../checks.js';
import { type FloatImageBatch, type ItemShape, type LatentBatch, padImages } from '../image.js';
import { fillTransparent } from '../transparency.js';
import { normalise } from './normalisation.js';
import type { CodecParts } from './parts.js';

/** Runs the encoder on images of 0..1; the latents have memory of their own. */
export async function runEncoder(
  { manifest, sessions }: CodecParts,
  floats: FloatImageBatch,
  shape: ItemShape,
): Promise<LatentBatch> {
  const { image, normalisation } = manifest;
  const filled = fillTransparent(floats);
  const input = normalise(image.anySize ? padImages(filled, image.multiple) : filled, normalisation);
  const data = await sessions.encoder.run(input.data, input.count, input, shape);
  checkFinite(data, 'the encoder’s output');
  return { data, count: floats.count, ...shape };
}
