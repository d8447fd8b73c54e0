import { createRandom, type Random } from '../dataset/random.js';

/** Stream number of the noise, so that it is independent of weights and shuffles. */
const NOISE_STREAM = 0x4e;

/** Kinds of noise: added to every pixel, or black and white in place of some pixels. */
export const NOISE_KINDS = ['gaussian', 'salt-and-pepper'] as const;
export type NoiseKind = (typeof NOISE_KINDS)[number];

/** What is done to the input of a network that learns to remove noise; the part of a recipe that says it. */
export interface NoiseSettings {
  /**
   * Gaussian: standard deviation, pixels 0..1. Salt and pepper: share of the pixel values that are replaced, half by 0
   * and half by 1. 0 is no noise.
   */
  readonly noise: number;
  /** Where not null, every image gets a level of its own, uniform in `noiseFrom`..`noise`. */
  readonly noiseFrom: number | null;
  readonly noiseKind: NoiseKind;
}

/** A batch and what its noise depends on, beside its settings. */
export interface NoisePlace {
  readonly seed: number;
  readonly epoch: number;
  readonly batch: number;
  /** Images in the batch. */
  readonly count: number;
}

type Adder = (clean: Float32Array, noisy: Float32Array, level: number, random: Random) => void;

const ADDERS: Readonly<Record<NoiseKind, Adder>> = {
  gaussian(clean, noisy, level, random) {
    random.fillNormal(noisy, level);
    for (let i = 0; i < noisy.length; i++) noisy[i] = Math.min(Math.max(noisy[i]! + clean[i]!, 0), 1);
  },
  'salt-and-pepper'(clean, noisy, level, random) {
    for (let i = 0; i < noisy.length; i++) {
      const drawn = random.uniform();
      noisy[i] = drawn >= level ? clean[i]! : drawn < level / 2 ? 0 : 1;
    }
  },
};

/**
 * Pixels with noise, clipped to 0..1; the noise of a batch depends on seed, epoch and batch alone.
 *
 * @param clean float32, 0..1, image after image
 * @returns a new array; `clean` itself where there is no noise
 */
export function addNoise(clean: Float32Array, settings: NoiseSettings, place: NoisePlace): Float32Array {
  const { noise, noiseFrom, noiseKind } = settings;
  if (noise === 0) return clean;
  const random = createRandom(place.seed, NOISE_STREAM, place.epoch, place.batch);
  const noisy = new Float32Array(clean.length);
  const parts = noiseFrom === null ? 1 : place.count;
  const size = clean.length / parts;
  for (let start = 0; start < clean.length; start += size) {
    const level = noiseFrom === null ? noise : noiseFrom + (noise - noiseFrom) * random.uniform();
    const end = start + size;
    ADDERS[noiseKind](clean.subarray(start, end), noisy.subarray(start, end), level, random);
  }
  return noisy;
}
