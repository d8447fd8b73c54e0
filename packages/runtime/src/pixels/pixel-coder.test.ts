import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTEXT_KERNELS } from '../context/kernel.js';
import { finish, RangeEncoder } from '../entropy/index.js';
import type { ImageBatch } from '../image.js';
import { randomPixelModel } from '../testing/lossless-bundle.js';
import { seededRandom } from '../testing/tiny-bundle.js';
import { decodePixels, encodePixels, MAX_PIXEL_PRODUCTS } from './pixel-coder.js';
import type { PixelModel } from './pixel-model.js';
import { PixelPrior } from './pixel-prior.js';
import { referenceIntervals } from './reference.test.fixture.js';

type Fill = (random: () => number, i: number) => number;

/** Ways to fill images: noise, constants, steps, drawings on nothing. */
const FILLS: Readonly<Record<string, Fill>> = {
  noise: (random) => 256 * random(),
  zeros: () => 0,
  ones: () => 255,
  grey: () => 128,
  extremes: (random) => (random() < 0.5 ? 0 : 255),
  ramp: (_, i) => i & 255,
  colours: (random) => 60 * Math.floor(2.5 * random()),
  drawing: (random) => (random() < 0.8 ? 0 : random() < 0.5 ? 253 + 3 * random() : 256 * random()),
};

function imagesOf(fill: Fill, count: number, height: number, width: number, channels: number): ImageBatch {
  const random = seededRandom(count + 10 * height + 1000 * width);
  const data = Uint8Array.from({ length: count * height * width * channels }, (_, i) => fill(random, i));
  return { data, count, height, width, channels };
}

const encode = (prior: PixelPrior, images: ImageBatch): Uint8Array => finish(encodePixels(prior, images));
const decode = (prior: PixelPrior, bytes: Uint8Array, images: ImageBatch): ImageBatch =>
  finish(decodePixels(prior, bytes, { count: images.count, shape: images }));

describe.each(CONTEXT_KERNELS)('a payload of pixels, %s kernel', (kernel) => {
  const models = [false, true].flatMap((copies) =>
    [1, 3, 4].map((channels) => randomPixelModel({ channels, copies, seed: channels })),
  );
  const priors = models.map((model) => new PixelPrior(model, { kernel }));

  it.each(Object.keys(FILLS))('gives back %s of any size, grey, RGB and RGBA, copied or not', (name) => {
    for (const [i, prior] of priors.entries()) {
      const channels = models[i]!.channels;
      for (const [height, width] of [
        [1, 1],
        [1, 37],
        [41, 1],
        [8, 8],
        [13, 30],
      ] as const) {
        const images = imagesOf(FILLS[name]!, 2, height, width, channels);
        expect(decode(prior, encode(prior, images), images)).toEqual(images);
      }
    }
  });

  it('gives back whatever a model of any size says', () => {
    const sizes = fc.record({
      seed: fc.nat(),
      channels: fc.constantFrom(1, 3, 4),
      gridHeight: fc.integer({ min: 1, max: 9 }),
      gridWidth: fc.integer({ min: 1, max: 9 }),
      radius: fc.integer({ min: 2, max: 5 }),
      hidden1: fc.integer({ min: 1, max: 40 }),
      hidden2: fc.integer({ min: 1, max: 40 }),
      components: fc.integer({ min: 2, max: 8 }),
      copies: fc.boolean(),
    });
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(
        sizes,
        side,
        side,
        fc.constantFrom(...Object.values(FILLS)),
        (options, height, width, fill) => {
          const prior = new PixelPrior(randomPixelModel(options), { kernel });
          const images = imagesOf(fill, 2, height, width, options.channels);
          expect(decode(prior, encode(prior, images), images)).toEqual(images);
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  it('is the code word of the intervals of the format’s page', () => {
    for (const [i, model] of models.entries()) {
      for (const name of ['drawing', 'noise', 'colours', 'extremes']) {
        const image = imagesOf(FILLS[name]!, 1, 9, 11, model.channels);
        expect(encode(priors[i]!, image)).toEqual(referencePayload(model, image));
      }
    }
  });

  it('is the same for rows that are longer than a block, whatever the kernel', () => {
    for (const [i, model] of models.entries()) {
      const image = imagesOf(FILLS.drawing!, 1, 4, Math.floor(2200 / model.channels), model.channels);
      const bytes = encode(priors[i]!, image);
      expect(bytes).toEqual(encode(new PixelPrior(model, { kernel: 'plain' }), image));
      expect(decode(priors[i]!, bytes, image)).toEqual(image);
    }
  });

  it('leaves the images that it encodes alone', () => {
    const images = imagesOf(FILLS.drawing!, 3, 8, 8, 3);
    const before = images.data.slice();
    encode(priors[1]!, images);
    encode(priors[4]!, images);
    expect(images.data).toEqual(before);
  });
});

function referencePayload(model: PixelModel, image: ImageBatch): Uint8Array {
  const encoder = new RangeEncoder();
  for (const [low, high] of referenceIntervals(model, image)) encoder.encode(low, high);
  return encoder.finish();
}

describe('a damaged payload of pixels', () => {
  const prior = new PixelPrior(randomPixelModel({ seed: 8, hidden1: 40 }));
  const images = imagesOf(FILLS.drawing!, 4, 12, 12, 1);
  const whole = encode(prior, images);

  /** Without a checksum, damage may decode; but only bytes that the encoder writes do. */
  function isRefused(damaged: Uint8Array): boolean {
    try {
      expect(encode(prior, decode(prior, damaged, images))).toEqual(damaged);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'DATA_INVALID' });
      return true;
    }
  }

  it('cut anywhere is refused, or is what other images are encoded as', () => {
    const cuts = Array.from({ length: whole.length }, (_, end) => whole.subarray(0, end));
    expect(cuts.filter(isRefused).length).toBeGreaterThan(0.9 * whole.length);
  });

  it('with a changed bit is refused, or is what other images are encoded as', () => {
    let refused = 0;
    for (let bit = 0; bit < 8 * whole.length; bit += 5) {
      const damaged = whole.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      refused += Number(isRefused(damaged));
    }
    expect(refused).toBeGreaterThan((0.5 * 8 * whole.length) / 5);
  });

  it('too short for what it claims to hold, or too long to decode, is refused before memory is taken', () => {
    const claim = (count: number, side: number, bytes: number) => () =>
      finish(
        decodePixels(prior, new Uint8Array(bytes).fill(85), {
          count,
          shape: { channels: 1, height: side, width: side },
        }),
      );
    expect(claim(65536, 28, 50)).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
    expect(claim(1, 16384, 500)).toThrow('cannot hold');
    expect(claim(65536, 28, 4000)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(prior.products({ height: 16384, width: 16384 })).toBeGreaterThan(MAX_PIXEL_PRODUCTS);
    expect(claim(1, 16384, 1 << 20)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});
