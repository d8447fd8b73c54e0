import {
  type FloatImageBatch,
  type ImageBatch,
  meanSquaredErrors,
  toFloatImages,
} from '@convae/runtime/core';
import { assertSameShape } from './shape.js';

/** Mean squared error of one image, 0..1, from values 0..1. */
type PerImageMse = Float64Array;

/**
 * Mean squared error of each pair of images: float64, length count, 0..1 (pixels divided by 255).
 * @throws RangeError where the two batches differ in shape.
 */
export function msePerImage(originals: ImageBatch, reconstructions: ImageBatch): PerImageMse {
  assertSameShape(originals, reconstructions);
  return meanSquaredErrors(originals, reconstructions);
}

/**
 * Mean squared error of each image against the decoder's unrounded output: float64, length count, values 0..1.
 * @throws RangeError where the two batches differ in shape.
 */
export function floatMsePerImage(originals: ImageBatch, reconstructions: FloatImageBatch): PerImageMse {
  assertSameShape(originals, reconstructions);
  return meanSquaredErrors(toFloatImages(originals), reconstructions);
}
