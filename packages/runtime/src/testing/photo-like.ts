import type { ImageBatch } from '../image.js';
import { seededRandom } from './tiny-bundle.js';

/**
 * A picture with the statistics of photos: octaves of smooth noise, each half as high and twice as fine as the one
 * before, the same in all channels but for a tint, and hard edges.
 */
export function photoLike(height: number, width: number, channels: 1 | 3, seed: number): ImageBatch {
  const random = seededRandom(seed);
  const light = octaves(height, width, random, 0.5);
  const tint = octaves(height, width, random, 0.7);
  const data = new Uint8Array(height * width * channels);
  for (let place = 0, at = 0; place < light.length; place++) {
    // Where the tint changes its sign there is an edge.
    const base = 128 + 110 * light[place]! + (tint[place]! > 0 ? 20 : -20);
    for (let channel = 0; channel < channels; channel++) {
      data[at++] = Math.max(0, Math.min(255, base + (channel - 1) * 40 * tint[place]!));
    }
  }
  return { data, count: 1, height, width, channels };
}

/** Noise of −1 to 1 about 0: the cells of the coarsest octave are 256 pixels wide, those of the finest 2. */
function octaves(height: number, width: number, random: () => number, fall: number): Float32Array {
  const sum = new Float32Array(height * width);
  let amplitude = 1 - fall;
  for (let cell = 256; cell >= 2; cell /= 2, amplitude *= fall) {
    addNoise(sum, width, cell, amplitude, random);
  }
  return sum;
}

/** Adds bilinear noise between random values at the corners of cells. */
function addNoise(
  sum: Float32Array,
  width: number,
  cell: number,
  amplitude: number,
  random: () => number,
): void {
  const columns = Math.ceil(width / cell) + 1;
  const rows = Math.ceil(sum.length / width / cell) + 1;
  const corners = Float32Array.from({ length: rows * columns }, () => amplitude * (2 * random() - 1));
  for (let at = 0; at < sum.length; at++) {
    const [y, x] = [Math.floor(at / width) / cell, (at % width) / cell];
    const corner = Math.floor(y) * columns + Math.floor(x);
    const [down, right] = [y % 1, x % 1];
    const above = corners[corner]! * (1 - right) + corners[corner + 1]! * right;
    const below = corners[corner + columns]! * (1 - right) + corners[corner + columns + 1]! * right;
    sum[at]! += above * (1 - down) + below * down;
  }
}
