import { createRandom } from '../dataset/random.js';
import type { NoisePlace } from './noise.js';

/** Stream number of the flips, so that they are independent of weights, shuffles and noise. */
const FLIP_STREAM = 0xf1;

/** One image after the other, interleaved. */
interface ImageRows {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function flip(image: Float32Array | Uint8Array, { height, width, channels }: ImageRows): void {
  const line = width * channels;
  for (let y = 0; y < height; y++) {
    const row = image.subarray(y * line, (y + 1) * line);
    for (let left = 0, right = line - channels; left < right; left += channels, right -= channels) {
      for (let c = 0; c < channels; c++) {
        const swapped = row[left + c]!;
        row[left + c] = row[right + c]!;
        row[right + c] = swapped;
      }
    }
  }
}

/**
 * Swaps left and right of about half of a batch's images, in place; which ones depends on seed, epoch and batch alone.
 *
 * @param images float32 or uint8, N×H×W×C
 */
export function flipSome(images: Float32Array | Uint8Array, shape: ImageRows, place: NoisePlace): void {
  const random = createRandom(place.seed, FLIP_STREAM, place.epoch, place.batch);
  const size = shape.height * shape.width * shape.channels;
  for (let n = 0; n < place.count; n++) {
    if (random.below(2) === 1) flip(images.subarray(n * size, (n + 1) * size), shape);
  }
}
