import { describe, expect, it } from 'vitest';
import { presetSpec } from './presets.js';
import { traceShapes } from './shapes.js';

describe('the presets that remove noise', () => {
  it.each([
    ['denoise', 32],
    ['denoise-reference', 8],
  ])('%s gives images of every multiple of 4 back in their size', (name, latentChannels) => {
    for (const [channels, height, width] of [
      [1, 28, 28],
      [3, 20, 32],
    ] as const) {
      const { decoder, latent, anySize, multiple } = traceShapes(
        presetSpec(name, { channels, height, width }),
      );
      expect(latent).toMatchObject({ channels: latentChannels, height: height / 4, width: width / 4 });
      expect(decoder.at(-1)!.output).toMatchObject({ channels, height, width });
      expect([anySize, multiple]).toEqual([true, 4]);
    }
  });

  it('denoise-reference has the channels of the notebook, in its order', () => {
    const { encoder, decoder } = traceShapes(
      presetSpec('denoise-reference', { channels: 1, height: 28, width: 28 }),
    );
    expect(encoder.map(({ output }) => output.channels)).toEqual([32, 16, 8]);
    expect(decoder.map(({ output }) => output.channels)).toEqual([8, 16, 32, 1]);
  });
});
