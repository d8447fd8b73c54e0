import type { Manifest } from '../bundle/manifest.js';
import type { FloatImageBatch } from '../image.js';

type Normalisation = Manifest['normalisation'];

/**
 * Maps pixel values 0..1 to network input: pixel · scale + offset with the pixel on 0..255 (manifest.json).
 * Returns the same batch where that changes nothing, a new one elsewhere.
 */
export function normalise(images: FloatImageBatch, normalisation: Normalisation): FloatImageBatch {
  if (isPlain(normalisation)) return images;
  const { scale, offset } = normalisation;
  const gain = scale * 255;
  return { ...images, data: images.data.map((value) => value * gain + offset) };
}

/** Whether network input and output are pixel values 0..1 themselves. */
export const isPlain = ({ scale, offset }: Normalisation): boolean => scale * 255 === 1 && offset === 0;

/** Maps network output back to pixel values and clamps them to 0..1; the inverse of {@link normalise}. */
export function denormalise(images: FloatImageBatch, normalisation: Normalisation): FloatImageBatch {
  const { scale, offset } = normalisation;
  const gain = scale * 255;
  const data = new Float32Array(images.data.length);
  const plain = isPlain(normalisation);
  for (let i = 0; i < data.length; i++) {
    const value = plain ? images.data[i]! : (images.data[i]! - offset) / gain;
    // NaN stays NaN, for the check that follows.
    data[i] = value < 0 ? 0 : Math.min(value, 1);
  }
  return { ...images, data };
}
