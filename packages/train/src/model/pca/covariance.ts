import type { ImageBatch } from '@convae/runtime';

/** Mean and covariance of pixels 0..255. */
export interface Moments {
  readonly dimensions: number;
  /** float64, one entry a pixel value. */
  readonly mean: Float64Array;
  /** float64, dimensions × dimensions, symmetric. */
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of images as vectors. Sums of products of bytes are exact in a double; only bytes that are not
 * 0 take part, so dark images are quick.
 * @throws RangeError without images.
 */
export function momentsOf(images: ImageBatch): Moments {
  if (images.count < 1)
    throw new RangeError(`expected at least 1 image for images, received ${images.count}`);
  const dimensions = images.height * images.width * images.channels;
  const sums = new Float64Array(dimensions);
  const products = new Float64Array(dimensions * dimensions);
  const places = new Uint32Array(dimensions);
  for (let n = 0; n < images.count; n++) {
    const pixels = images.data.subarray(n * dimensions, (n + 1) * dimensions);
    let lit = 0;
    for (let i = 0; i < dimensions; i++) if (pixels[i] !== 0) places[lit++] = i;
    addImage(pixels, places.subarray(0, lit), sums, products);
  }
  const mean = sums.map((sum) => sum / images.count);
  return { dimensions, mean, covariance: centred(products, mean, images.count) };
}

/** The lower triangle of the products of one image. */
function addImage(pixels: Uint8Array, places: Uint32Array, sums: Float64Array, products: Float64Array): void {
  for (let a = 0; a < places.length; a++) {
    const place = places[a]!;
    const value = pixels[place]!;
    const row = place * sums.length;
    sums[place]! += value;
    for (let b = 0; b <= a; b++) products[row + places[b]!]! += value * pixels[places[b]!]!;
  }
}

function centred(products: Float64Array, mean: Float64Array, count: number): Float64Array {
  const size = mean.length;
  const covariance = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = products[i * size + j]! / count - mean[i]! * mean[j]!;
      covariance[i * size + j] = value;
      covariance[j * size + i] = value;
    }
  }
  return covariance;
}
