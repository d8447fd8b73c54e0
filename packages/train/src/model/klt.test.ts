import { describe, expect, it } from 'vitest';
import { createRandom } from '../dataset/random.js';
import { kltGain, kltStart } from './klt.js';

const SIDE = 4;
const DIMENSIONS = SIDE * SIDE * 3;

/** Colour noise over a slope. */
function images(count: number) {
  const random = createRandom(3);
  const [height, width] = [2 * SIDE + 1, 3 * SIDE];
  const data = Uint8Array.from(
    { length: count * height * width * 3 },
    (_, i) => (i % 97) + 90 * random.uniform(),
  );
  return { data, count, height, width, channels: 3 };
}

/** Pixels 0..1 of the upper left patch: rows, columns, channels. */
function firstPatch({ data, width }: ReturnType<typeof images>): number[] {
  return Array.from({ length: DIMENSIONS }, (_, i) => {
    const [y, rest] = [Math.floor(i / (SIDE * 3)), i % (SIDE * 3)];
    return data[y * width * 3 + rest]! / 255;
  });
}

/** Row i, as a pixel value has it for all latents. */
const row = (kernel: Float32Array, i: number, latents = DIMENSIONS): Float32Array =>
  kernel.subarray(i * latents, (i + 1) * latents);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('the KLT of patches', () => {
  const set = images(40);
  const gain = kltGain(190);
  const start = kltStart(set, { side: SIDE, latents: DIMENSIONS }, gain);

  it('is orthonormal times the gain, its inverse over the gain; the same for the same images', () => {
    for (let i = 0; i < DIMENSIONS; i++)
      for (let j = 0; j < DIMENSIONS; j++)
        expect(dot(row(start.encoderKernel, i), row(start.decoderKernel, j))).toBeCloseTo(i === j ? 1 : 0, 4);
    expect(kltStart(images(40), { side: SIDE, latents: DIMENSIONS }, gain)).toEqual(start);
  });

  it('begins with the components of the largest variance', () => {
    const { encoderKernel } = kltStart(set, { side: SIDE, latents: 5 }, gain);
    for (let i = 0; i < DIMENSIONS; i++)
      expect(row(encoderKernel, i, 5)).toEqual(row(start.encoderKernel, i).slice(0, 5));
  });

  it('takes RGBA patches', () => {
    const rgb = images(40);
    const data = Uint8Array.from({ length: (rgb.data.length / 3) * 4 }, (_, i) =>
      i % 4 === 3 ? (i % 23) * 11 : rgb.data[Math.floor(i / 4) * 3 + (i % 4)]!,
    );
    const latents = SIDE * SIDE * 4;
    const rgba = kltStart({ ...rgb, data, channels: 4 }, { side: SIDE, latents }, gain);
    expect(rgba.decoderBias).toHaveLength(4);
    for (let i = 0; i < latents; i++)
      expect(dot(row(rgba.encoderKernel, i, latents), row(rgba.decoderKernel, i, latents))).toBeCloseTo(1, 4);
  });

  it('has no linear part for latents beyond the pixels of a patch', () => {
    const { encoderKernel, encoderBias } = kltStart(set, { side: SIDE, latents: DIMENSIONS + 1 }, gain);
    expect(row(encoderKernel, 0, DIMENSIONS + 1).at(-1)).toBe(0);
    expect(encoderBias.at(-1)).toBe(0);
  });

  it('gives a patch back, but for what the mean of the patches differs from its mean in a channel', () => {
    const patch = firstPatch(set);
    const latent = Array.from(start.encoderBias, (bias, k) =>
      patch.reduce((sum, value, i) => sum + value * row(start.encoderKernel, i)[k]!, bias),
    );
    const errors = patch.map(
      (value, i) => dot(row(start.decoderKernel, i), latent) + start.decoderBias[i % 3]! - value,
    );
    for (let channel = 0; channel < 3; channel++) {
      const own = errors.filter((_, i) => i % 3 === channel);
      expect(
        dot(
          own,
          own.map(() => 1 / own.length),
        ),
      ).toBeCloseTo(0, 4);
    }
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.05);
  });

  it('has steps of 1 that cost lambda what they save', () => {
    // D = s² / 12 a coefficient in pixels, s = 1 / gain; d bits / d D = −1 / (2 ln 2 · D).
    const distortion = 1 / kltGain(60) ** 2 / 12;
    expect(1 / (2 * Math.LN2 * distortion)).toBeCloseTo(60, 9);
  });
});
