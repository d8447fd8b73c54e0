import { ConvaeError, type ImageBatch, type Manifest, toFloatImages } from '@convae/runtime/core';
import type { PlainTensor } from '../onnx/parity/ort.js';

/** Latents per run when the decoder's forms are timed. */
const TIMING_BATCH = 64;

/** uint8 N×H×W×C becomes float32 N×C×H×W in 0..1. */
export function networkInput(images: ImageBatch): PlainTensor {
  const { data, count, channels, height, width } = toFloatImages(images);
  return { data, shape: [count, channels, height, width] };
}

/** The sizes that the manifest states. */
export interface ImageGeometry {
  readonly image: Manifest['latent'];
  readonly latent: Manifest['latent'];
  readonly multiple: number;
}

/**
 * Reads the sizes off an image and its latent, N×C×H×W.
 * @throws ConvaeError UNSUPPORTED where images of any size are wanted and the latent is no whole part of the image.
 */
export function imageGeometry(
  image: readonly number[],
  latent: readonly number[],
  anySize: boolean,
): ImageGeometry {
  const sizes = ([, channels, height, width]: readonly number[]) => ({
    channels: channels!,
    height: height!,
    width: width!,
  });
  const [whole, part] = [sizes(image), sizes(latent)];
  const ratio = whole.height / part.height;
  const even = Number.isInteger(ratio) && ratio === whole.width / part.width;
  if (anySize && !even) {
    const message = `A latent of [${latent}] is no whole part of an image of [${image}], so only that size can be exported`;
    throw new ConvaeError('UNSUPPORTED', message);
  }
  return { image: whole, latent: part, multiple: even ? ratio : 1 };
}

/** The first images on a canvas of another size, higher and wider by different multiples. */
export function otherSize(samples: ImageBatch, multiple: number): ImageBatch {
  const { channels, height, width } = samples;
  const count = Math.min(samples.count, 4);
  const [high, wide] = [height + multiple, width + 2 * multiple];
  const data = new Uint8Array(count * high * wide * channels);
  for (let row = 0; row < count * height; row++) {
    const [image, y] = [Math.floor(row / height), row % height];
    const source = samples.data.subarray(row * width * channels, (row + 1) * width * channels);
    data.set(source, (image * high + y) * wide * channels);
  }
  return { data, count, height: high, width: wide, channels };
}

/** {@link TIMING_BATCH} latents, the given ones over and over. */
export function timingBatch({ data, shape }: PlainTensor): PlainTensor {
  const [count, ...rest] = shape as [number, ...number[]];
  const size = data.length / count;
  const batch = Float32Array.from({ length: size * TIMING_BATCH }, (_, i) => data[i % data.length]!);
  return { data: batch, shape: [TIMING_BATCH, ...rest] };
}
