import type { LatentBatch } from '@convae/runtime';
import { describe, expect, it } from 'vitest';
import type { Example, Examples } from './examples.js';
import { encodeExamples, parseExamples } from './examples-file.js';

const bundle = { name: 'tiny', encoderSha256: 'a', decoderSha256: 'b' };

const example = (index: number): Example => ({
  index,
  label: index % 2,
  mse: 0.1 * index,
  psnr: index === 0 ? null : 10,
  ssim: 0.5,
  original: { width: 2, height: 1, channels: 3, data: Uint8Array.of(0, 1, 127, 128, 254, 255) },
  reconstruction: { width: 2, height: 1, channels: 3, data: Uint8Array.of(6, 5, 4, 3, 2, index) },
});
const latent: LatentBatch = {
  ...{ count: 1, channels: 3, height: 1, width: 1 },
  data: Float32Array.of(-1.5, 0, 1e-30),
};
const examples: Examples = {
  grid: [[example(0), undefined], [example(3)]],
  best: [example(0)],
  worst: [example(7), example(3)],
  latents: [{ ...example(0), latent }],
};

const written = (): Record<string, never> => JSON.parse(encodeExamples(examples, bundle));

describe('examples.json', () => {
  it('gives back images, latents and their order', () => {
    expect(parseExamples(written())).toEqual({ examples, bundle });
  });

  it('gives back whole pictures, where there are some', () => {
    const more = { ...examples, pictures: Uint8Array.of(137, 80, 78, 71) };
    expect(parseExamples(JSON.parse(encodeExamples(more, bundle))).examples).toEqual(more);
  });

  it.each([
    ['another format', { format: 'convae-metrics' }],
    ['an image that is not there', { best: [3] }],
    ['no grid', { grid: undefined }],
    [
      'latents of another size',
      { latents: [{ image: 0, latent: { channels: 2, height: 1, width: 1, data: 'AAAA' } }] },
    ],
    [
      'pixels that are no base64',
      { images: [{ ...example(0), original: { width: 1, height: 1, channels: 1, data: '!' } }] },
    ],
  ])('is refused with %s', (_, change) => {
    expect(() => parseExamples({ ...written(), ...change })).toThrow(/examples\.json/);
  });
});
