import { checkFinite } from '../checks.js';
import { type FloatImageBatch, type ItemShape, type LatentBatch, padImages } from '../image.js';
import { fillTransparent } from '../transparency.js';
import { normalise } from './normalisation.js';
import { type CodecParts, roomFor } from './parts.js';

/**
 * Runs the encoder on images of 0..1.
 * @param latents where the numbers of the latents are to be put.
 */
export async function runEncoder(
  parts: CodecParts,
  floats: FloatImageBatch,
  shape: ItemShape,
  latents = new Float32Array(floats.count * shape.channels * shape.height * shape.width),
): Promise<LatentBatch> {
  const { image, normalisation } = parts.manifest;
  const filled = fillTransparent(floats);
  const input = normalise(image.anySize ? padImages(filled, image.multiple) : filled, normalisation);
  const { encoder } = parts.sessions;
  const data = await encoder.run(input.data, input.count, input, shape, roomFor(parts, latents));
  checkFinite(data, 'the encoder’s output');
  if (data.buffer !== latents.buffer) latents.set(data);
  return { data: latents, count: floats.count, ...shape };
}
