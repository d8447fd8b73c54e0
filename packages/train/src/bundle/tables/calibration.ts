import type { Codec, ImageBatch, LatentBatch } from '@convae/runtime';
import { dequantize, type QuantizerSpec, quantize, quantizerAt, sliceBatch } from '@convae/runtime/core';

/** Pixels of the images that steps are chosen on, most. */
const CALIBRATION_PIXELS = 1 << 21;

/** Images and their latents, on which quantizers are tried. */
export interface Calibration {
  readonly codec: Codec;
  readonly images: ImageBatch;
  readonly latents: LatentBatch;
}

/** At most `count` images, evenly spread over all. */
export function spread(images: ImageBatch, count: number): ImageBatch {
  if (images.count <= count) return images;
  const size = images.height * images.width * images.channels;
  const data = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * images.count) / count);
    data.set(images.data.subarray(from * size, (from + 1) * size), i * size);
  }
  return { ...images, data, count };
}

/** Runs the encoder on some of the images, at most `count`. */
export async function calibrate(codec: Codec, images: ImageBatch, count: number): Promise<Calibration> {
  const fitting = Math.max(1, Math.floor(CALIBRATION_PIXELS / (images.height * images.width)));
  const some = spread(images, Math.min(count, fitting));
  return { codec, images: some, latents: await codec.embed(some) };
}

/** Mean squared error, pixels on 0..1, of the images that latents give. */
export async function errorOf({ codec, images }: Calibration, latents: LatentBatch): Promise<number> {
  const { height, width } = images;
  return meanSquaredError(images, await codec.reconstruct(latents, { height, width }));
}

/** Mean squared error of the images that quantized latents give. */
export function quantizedError(calibration: Calibration, spec: QuantizerSpec, quality = 0): Promise<number> {
  const quantizer = quantizerAt(spec, quality);
  return errorOf(calibration, dequantize(quantize(calibration.latents, quantizer), quantizer));
}

/** Mean squared error of two uint8 batches of the same images, pixels on 0..1. */
export function meanSquaredError({ data }: ImageBatch, other: ImageBatch): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i]! - other.data[i]!) ** 2;
  return sum / data.length / 255 ** 2;
}

/** Decibels of a mean squared error of pixels on 0..1; null where there is none. */
export const decibels = (mse: number): number | null => (mse === 0 ? null : -10 * Math.log10(mse));

/** The first `count` items of a calibration. */
export function head({ codec, images, latents }: Calibration, count: number): Calibration {
  const n = Math.min(count, images.count);
  return { codec, images: sliceBatch(images, 0, n), latents: sliceBatch(latents, 0, n) };
}
