import type { Picture } from './picture.js';

export type NoiseKind = 'gaussian' | 'salt-and-pepper';

/** Noise of one strength. */
export interface Noise {
  readonly kind: NoiseKind;
  /** Gaussian: its standard deviation, pixels 0..1. Salt and pepper: the share of the pixels that it takes. */
  readonly level: number;
}

/** The picture with noise: Gaussian, clipped to 0..1, or pixels of full or no ink; the same seed gives the same noise. */
export function addNoise(picture: Picture, { kind, level }: Noise, seed: number): Picture {
  const uniform = mulberry32(seed);
  const change = kind === 'gaussian' ? gaussian(level, uniform) : saltAndPepper(level, uniform);
  const isOpacity = (i: number): boolean => picture.channels === 4 && i % 4 === 3;
  return { ...picture, data: picture.data.map((value, i) => (isOpacity(i) ? value : change(value))) };
}

/** Adds numbers of the normal distribution (Box and Muller, 1958). */
function gaussian(deviation: number, uniform: () => number): (value: number) => number {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return (value) => Math.min(1, Math.max(0, value + deviation * normal()));
}

function saltAndPepper(share: number, uniform: () => number): (value: number) => number {
  return (value) => {
    const drawn = uniform();
    if (drawn >= share) return value;
    return drawn < share / 2 ? 0 : 1;
  };
}

/** Uniform numbers in 0..1 (Tommy Ettinger's Mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
