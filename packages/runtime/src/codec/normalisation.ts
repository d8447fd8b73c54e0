import type { Manifest } from '../bundle/manifest.js';
import type { FloatImageBatch } from '../image.js';

type Normalisation = Manifest['normalisation'];

/**
 * Maps pixel values 0..1 to network input: pixel · scale + offset with the pixel on 0..255 (manifest.json).
 * Returns the same batch where that changes nothing, a new one elsewhere.
 */
export function normalise(images: FloatImageBatch, { scale, offset }: Normalisation): FloatImageBatch {
  const gain = scale * 255;
  if (gain === 1 && offset === 0) return images;
  return { ...images, data: images.data.map((value) => value * gain + offset) };
}

/** Maps network output back to pixel values and clamps them to 0..1; the inverse of {@link normalise}. */
export function denormalise(images: FloatImageBatch, { scale, offset }: Normalisation): FloatImageBatch {
  const gain = scale * 255;
  const data = new Float32Array(images.data.length);
  const plain = gain === 1 && offset === 0;
  for (let i = 0; i < data.length; i++) {
    const value = plain ? images.data[i]! : (images.data[i]! - offset) / gain;
    // NaN stays NaN, for the check that follows.
    data[i] = value < 0 ? 0 : Math.min(value, 1);
  }
  return { ...images, data };
}
