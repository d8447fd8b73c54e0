import type { Size } from './options.js';
import { createRandom } from './random.js';
import { planSample, SPLIT_SEED } from './split.js';

/** Top left corner of a crop, and the picture that it is cut from. */
export interface Crop {
  readonly picture: number;
  readonly top: number;
  readonly left: number;
}

/** How many crops are drawn. */
export interface CropBudget {
  /** Most crops in all. */
  readonly most: number;
  /** Crops that a pixel is in, on average; fewer where `most` does not allow it. */
  readonly density: number;
}

/** Most crops of one picture: a few huge pictures must not be all that there is to see. */
export const MAX_CROPS_PER_PICTURE = 256;
/** Most crops to train on, and most bytes of them. */
const MAX_TRAINING_CROPS = 100_000;
const MAX_CROP_BYTES = 2 ** 30;
/** Most crops that validate, and most that test. */
const MAX_HELD_CROPS = 1000;
/** Stream number of the places of crops. */
const CROP_STREAM = 0xc0;

/** The pool that is trained on: crops overlap, so that patterns are seen at many places. */
export function trainingBudget(side: number, channels: number): CropBudget {
  const fitting = Math.floor(MAX_CROP_BYTES / (side * side * channels));
  return { most: Math.max(1, Math.min(MAX_TRAINING_CROPS, fitting)), density: 4 };
}

/** Crops that validate or test: about as many as fit beside each other. */
export const HELD_BUDGET: CropBudget = { most: MAX_HELD_CROPS, density: 1 };

function countAt({ height, width }: Size, side: number, density: number): number {
  const places = (height - side + 1) * (width - side + 1);
  const wanted = Math.floor((density * height * width) / (side * side));
  return Math.min(places, MAX_CROPS_PER_PICTURE, Math.max(1, wanted));
}

/**
 * Crops of each picture, in proportion to its pixels: at least one, at most {@link MAX_CROPS_PER_PICTURE}. Where there
 * are more pictures than crops allowed, a random part of them has one and the others none.
 */
export function cropCounts(
  sizes: readonly Size[],
  side: number,
  { most, density }: CropBudget,
  seed = SPLIT_SEED,
): number[] {
  if (sizes.length > most) {
    const counts = new Array<number>(sizes.length).fill(0);
    for (const picture of planSample(sizes.length, most, seed)) counts[picture] = 1;
    return counts;
  }
  for (let tried = density; ; tried *= 0.95) {
    const counts = sizes.map((size) => countAt(size, side, tried));
    if (counts.reduce((sum, count) => sum + count, 0) <= most) return counts;
  }
}

/** Random places in one picture; they depend on seed and picture number alone. */
function drawCrops(size: Size, side: number, count: number, keys: { seed: number; picture: number }) {
  const random = createRandom(keys.seed, CROP_STREAM, keys.picture);
  return Array.from(
    { length: count },
    (): Crop => ({
      picture: keys.picture,
      top: random.below(size.height - side + 1),
      left: random.below(size.width - side + 1),
    }),
  );
}

/**
 * Crops of `side`×`side` pixels, picture after picture.
 * @param sizes of the pictures, none of them smaller than a crop.
 */
export function planCrops(
  sizes: readonly Size[],
  side: number,
  budget: CropBudget,
  seed = SPLIT_SEED,
): Crop[] {
  return cropCounts(sizes, side, budget, seed).flatMap((count, picture) =>
    drawCrops(sizes[picture]!, side, count, { seed, picture }),
  );
}
