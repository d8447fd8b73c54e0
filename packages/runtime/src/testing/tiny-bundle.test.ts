import { describe, expect, it } from 'vitest';
import { toFloatImages } from '../image.js';
import { noiseImages } from './expectations.js';
import { createTinyBundle } from './tiny-bundle.js';
import { referenceEmbed, referenceReconstruct } from './tiny-reference.js';

describe('the tiny bundle', () => {
  it.each([1, 3] as const)('has networks with %i channels that tell images apart', async (channels) => {
    const { weights } = await createTinyBundle({ channels });
    const latents = referenceEmbed(toFloatImages(noiseImages(2, 8, 8, channels)), weights);
    expect(new Set(latents.data).size).toBeGreaterThan(12);
    const images = referenceReconstruct(latents, weights);
    expect(Math.max(...images.data) - Math.min(...images.data)).toBeGreaterThan(0.3);
  });

  it('is the same every time', async () => {
    expect((await createTinyBundle()).manifest).toEqual((await createTinyBundle()).manifest);
  });
});
