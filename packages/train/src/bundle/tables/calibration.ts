import type { Codec, ImageBatch, LatentBatch } from '@convae/runtime';
import {
  dequantize,
  meanSquaredError,
  type QuantizerSpec,
  quantize,
  quantizerAt,
  sliceBatch,
} from '@convae/runtime/core';
import { spread } from '../../dataset/split.js';

/** Pixels of the images that steps are chosen on, most. */
const CALIBRATION_PIXELS = 1 << 21;

/** Images and their latents, on which quantizers are tried. */
export interface Calibration {
  readonly codec: Codec;
  readonly images: ImageBatch;
  readonly latents: LatentBatch;
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

/** Mean squared error of the images that latents quantized at the first quality give. */
export function quantizedError(calibration: Calibration, spec: QuantizerSpec): Promise<number> {
  const quantizer = quantizerAt(spec, 0);
  return errorOf(calibration, dequantize(quantize(calibration.latents, quantizer), quantizer));
}

/** The first `count` items of a calibration. */
export function head({ codec, images, latents }: Calibration, count: number): Calibration {
  const n = Math.min(count, images.count);
  return { codec, images: sliceBatch(images, 0, n), latents: sliceBatch(latents, 0, n) };
}
