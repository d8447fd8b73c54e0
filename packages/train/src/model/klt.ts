import type { ImageBatch } from '@convae/runtime';
import { momentsOf } from './pca/covariance.js';
import { principalAxes } from './pca/principal-axes.js';

/** Most patches that are looked at: more change the components no more. */
const MAX_PATCHES = 100_000;

/** Patches that do not overlap, as small images: as many as there are, or `most` spread over all images. */
function patchesOf(
  { data, count: images, height, width, channels }: ImageBatch,
  side: number,
  most = MAX_PATCHES,
): ImageBatch {
  const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)];
  const inAll = images * rows * columns;
  const count = Math.min(most, inAll);
  const line = side * channels;
  const patches = new Uint8Array(count * side * line);
  for (let n = 0; n < count; n++) {
    const patch = Math.floor((n * inAll) / count);
    const [image, place] = [Math.floor(patch / (rows * columns)), patch % (rows * columns)];
    const top = image * height + Math.floor(place / columns) * side;
    for (let y = 0; y < side; y++) {
      const start = ((top + y) * width + (place % columns) * side) * channels;
      patches.set(data.subarray(start, start + line), (n * side + y) * line);
    }
  }
  return { data: patches, count, height: side, width: side, channels };
}

/**
 * The factor on orthonormal components at which a step of 1 is about the best one for lambda: where a quantizer of
 * step s has the distortion D = s² / 12 a coefficient, bits change by d bits / d D = −1 / (2 ln 2 · D), which is
 * −lambda at s² = 12 / (2 ln 2 · lambda).
 */
export function kltGain(lambda: number): number {
  return Math.sqrt((2 * Math.LN2 * lambda) / 12);
}

/** Most patches whose variances are looked at. */
const MAX_SURVEYED = 20_000;

/** The variances of patches of such a side along their principal axes, pixels 0..1, the largest first. */
export function patchVariances(images: ImageBatch, side: number): number[] {
  const { covariance, dimensions } = momentsOf(patchesOf(images, side, MAX_SURVEYED));
  return principalAxes(covariance, dimensions).map(({ variance }) => Math.max(0, variance) / 255 ** 2);
}

/** Kernels (patch rows × columns × image channels × latent channels) and biases of both linear transforms, float32. */
export interface LinearStart {
  readonly encoderKernel: Float32Array;
  readonly encoderBias: Float32Array;
  readonly decoderKernel: Float32Array;
  readonly decoderBias: Float32Array;
}

/**
 * The linear transforms that compute the KLT of the images' patches (pixels 0..1 without their mean, on their first
 * principal components) times `gain`, and its inverse. The same for the same images.
 * @source Karhunen, 1947; Loève, 1948
 */
export function kltStart(
  images: ImageBatch,
  { side, latents }: { side: number; latents: number },
  gain: number,
): LinearStart {
  const { dimensions, mean, covariance } = momentsOf(patchesOf(images, side));
  const kernel = (): Float32Array => new Float32Array(dimensions * latents);
  const [encoderKernel, encoderBias, decoderKernel] = [kernel(), new Float32Array(latents), kernel()];
  // Latents beyond the pixels of a patch have no linear part.
  for (const [k, { direction }] of principalAxes(covariance, dimensions).slice(0, latents).entries()) {
    for (const [i, value] of direction.entries()) {
      encoderKernel[i * latents + k] = value * gain;
      decoderKernel[i * latents + k] = value / gain;
      encoderBias[k]! -= (value * gain * mean[i]!) / 255;
    }
  }
  // A transposed convolution has one bias a channel; what differs within a patch is the blocks' to learn.
  const { channels } = images;
  const decoderBias = new Float32Array(channels);
  for (const [i, value] of mean.entries())
    decoderBias[i % channels]! += (value * channels) / dimensions / 255;
  return { encoderKernel, encoderBias, decoderKernel, decoderBias };
}
