import type { Picture } from './picture.js';

/** The picture with Gaussian noise added, clipped to 0..1; the same seed gives the same noise. */
export function addNoise({ data, height, width }: Picture, deviation: number, seed: number): Picture {
  const random = gaussian(seed);
  const noisy = Float32Array.from(data, (value) => Math.min(1, Math.max(0, value + deviation * random())));
  return { data: noisy, height, width };
}

/** Numbers of the standard normal distribution (Box and Muller, 1958). */
function gaussian(seed: number): () => number {
  const uniform = mulberry32(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
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
