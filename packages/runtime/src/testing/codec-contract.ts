import { describe, expect, it } from 'vitest';
import { MANIFEST_FILE } from '../bundle/files.js';
import { meanSquaredErrors } from '../codec/distortion.js';
import {
  cropImages,
  type FloatImageBatch,
  type ImageBatch,
  padImages,
  sliceBatch,
  toFloatImages,
} from '../image.js';
import { fillTransparent } from '../transparency.js';
import { codingContract } from './coding-contract.js';
import { expectClose, expectRejection, noiseImages } from './expectations.js';
import { hostileBundleContract } from './hostile-bundle-contract.js';
import type { MakeCodec } from './make-codec.js';
import {
  createTinyBundle,
  encodeManifest,
  TINY_SIDE,
  type TinyBundle,
  type TinyBundleOptions,
  type TinyWeights,
} from './tiny-bundle.js';
import { referenceEmbed, referenceReconstruct } from './tiny-reference.js';

export type { MakeCodec } from './make-codec.js';

/** What every codec must do, whatever it runs on. Runs with vitest, in Node and in browsers. */
export function codecContract(name: string, makeCodec: MakeCodec): void {
  describe(`codec on ${name}`, () => {
    networksContract(makeCodec);
    shapesContract(makeCodec);
    scoreContract(makeCodec);
    denoiseContract(makeCodec);
    argumentsContract(makeCodec);
    concurrencyContract(makeCodec);
    hostileBundleContract(makeCodec);
    codingContract(makeCodec);
  });
}

function networksContract(makeCodec: MakeCodec): void {
  for (const options of [
    { channels: 1 },
    { channels: 3 },
    { channels: 4 },
    { channels: 1, anySize: false },
  ] as TinyBundleOptions[]) {
    it(`computes what the networks of ${JSON.stringify(options)} say`, async () => {
      const bundle = await createTinyBundle(options);
      await using codec = await makeCodec(bundle);
      const images = noiseImages(3, TINY_SIDE, TINY_SIDE, options.channels);
      const latents = await codec.embed(images);
      expectClose(latents, referenceEmbed(fillTransparent(toFloatImages(images)), bundle.weights));
      const output = await codec.reconstruct(latents, { output: 'float32' });
      expectClose(output, referenceReconstruct(latents, bundle.weights));
    });
  }

  it('applies the manifest’s normalisation both ways', async () => {
    const bundle = await createTinyBundle({ scale: 2 / 255, offset: -1 });
    await using codec = await makeCodec(bundle);
    const images = noiseImages(2);
    const input = toFloatImages(images);
    const latents = referenceEmbed(
      { ...input, data: input.data.map((value) => value * 2 - 1) },
      bundle.weights,
    );
    expectClose(await codec.embed(images), latents);
    const output = referenceReconstruct(latents, bundle.weights);
    const expected = { ...output, data: output.data.map((value) => (value + 1) / 2) };
    expectClose(await codec.reconstruct(latents, { output: 'float32' }), expected);
  });

  it('gives uint8 images that are the float images, rounded to the nearest', async () => {
    await using codec = await makeCodec(await createTinyBundle({ channels: 3 }));
    const latents = await codec.embed(noiseImages(2, 8, 8, 3));
    const floats = await codec.reconstruct(latents, { output: 'float32' });
    const pixels = await codec.reconstruct(latents);
    expect(pixels.data).toBeInstanceOf(Uint8Array);
    const expected = toFloatImages(pixels).data;
    expect(Math.max(...expected.map((value, i) => Math.abs(value - floats.data[i]!)))).toBeLessThanOrEqual(
      0.5001 / 255,
    );
  });

  it('clamps what a decoder gives outside 0..1', async () => {
    // With this scale the sigmoid's 0..1 maps to about -0.5..1.5.
    await using codec = await makeCodec(
      await createTinyBundle({ channels: 3, scale: 0.5 / 255, offset: 0.25 }),
    );
    const { images } = await codec.roundTrip(noiseImages(20, 8, 8, 3), { output: 'float32' });
    expect(Math.min(...images.data)).toBe(0);
    expect(Math.max(...images.data)).toBe(1);
  });

  it('takes float images and uint8 images alike', async () => {
    await using codec = await makeCodec(await createTinyBundle({ channels: 3 }));
    const images = noiseImages(4, 12, 20, 3);
    expect(await codec.embed(toFloatImages(images))).toEqual(await codec.embed(images));
  });
}

function shapesContract(makeCodec: MakeCodec): void {
  it('gives the same for a batch, however it is cut into chunks', async () => {
    const bundle = await createTinyBundle();
    const images = noiseImages(11);
    await using whole = await makeCodec(bundle);
    await using chunked = await makeCodec(bundle, { batchSize: 4 });
    const [expected, received] = [await whole.roundTrip(images), await chunked.roundTrip(images)];
    expectClose(received.latents, expected.latents);
    expect(received.images).toEqual(expected.images);
  });

  it('takes an array of images as the batch of them', async () => {
    await using codec = await makeCodec(await createTinyBundle());
    const images = noiseImages(5);
    const singles = [0, 1, 2, 3, 4].map((i) => sliceBatch(images, i, i + 1));
    expect(await codec.roundTrip(singles)).toEqual(await codec.roundTrip(images));
  });

  for (const [height, width] of [
    [1, 1],
    [7, 8],
    [9, 13],
    [28, 30],
  ] as const) {
    it(`pads and crops ${height}×${width} images`, async () => {
      const bundle = await createTinyBundle();
      await using codec = await makeCodec(bundle);
      const images = noiseImages(2, height, width);
      const { latents, images: output } = await codec.roundTrip(images, { output: 'float32' });
      const expected = referenceEmbed(padImages(toFloatImages(images), 4), bundle.weights);
      expectClose(latents, expected);
      expectClose(output, cropImages(referenceReconstruct(expected, bundle.weights), height, width));
    });
  }

  it('reconstructs all that a latent covers where no size is asked', async () => {
    await using codec = await makeCodec(await createTinyBundle());
    const latents = await codec.embed(noiseImages(1, 9, 13));
    expect(await codec.reconstruct(latents)).toMatchObject({ height: 12, width: 16, count: 1, channels: 1 });
    expect(await codec.reconstruct(latents, { height: 9, width: 13 })).toMatchObject({
      height: 9,
      width: 13,
    });
  });
}

function scoreContract(makeCodec: MakeCodec): void {
  /** The mean squared error of one image against what the networks say, in plain loops. */
  function referenceScore(image: FloatImageBatch, { weights }: { weights: TinyWeights }): number {
    const latents = referenceEmbed(padImages(image, 4), weights);
    const output = cropImages(referenceReconstruct(latents, weights), image.height, image.width);
    return image.data.reduce((sum, value, i) => sum + (value - output.data[i]!) ** 2, 0) / image.data.length;
  }

  it.each([
    [8, 8, 3],
    [9, 13, 1],
  ] as const)(
    'scores %i×%i images of %i channels by their mean squared error',
    async (height, width, channels) => {
      const bundle = await createTinyBundle({ channels });
      await using codec = await makeCodec(bundle, { batchSize: 2 });
      const images = noiseImages(5, height, width, channels);
      const scores = await codec.score(images);
      expect(scores).toBeInstanceOf(Float64Array);
      expect(scores.length).toBe(5);
      for (const [i, score] of scores.entries()) {
        const expected = referenceScore(toFloatImages(sliceBatch(images, i, i + 1)), bundle);
        expect(Math.abs(score - expected)).toBeLessThan(1e-5);
      }
      expect(await codec.score(toFloatImages(images))).toEqual(scores);
    },
  );

  it('looks at no hidden colour of RGBA images, and scores by what shows', async () => {
    await using codec = await makeCodec(await createTinyBundle({ channels: 4 }));
    const images = noiseImages(3, 9, 6, 4);
    const hole = (i: number): boolean => Math.floor(i / 4) % 5 < 3;
    const veiled = images.data.map((value, i) => (i % 4 === 3 ? (hole(i) ? 0 : value) : value));
    const others = veiled.map((value, i) => (i % 4 < 3 && hole(i) ? 255 - value : value));
    const [a, b] = [veiled, others].map((data) => ({ ...images, data })) as [ImageBatch, ImageBatch];
    expect(await codec.embed(b)).toEqual(await codec.embed(a));
    const scores = await codec.score(a);
    const { images: output } = await codec.roundTrip(a, { output: 'float32' });
    for (const [i, expected] of meanSquaredErrors(toFloatImages(a), output).entries())
      expect(scores[i]).toBeCloseTo(expected, 6);
    expect(await codec.score(b)).toEqual(scores);
  });

  it('refuses to score what it refuses to embed, and after its end', async () => {
    const codec = await makeCodec(await createTinyBundle());
    await expectRejection(codec.score(noiseImages(1, 8, 8, 3)), { code: 'SHAPE_MISMATCH' });
    await expectRejection(codec.score([]), RangeError);
    const signal = AbortSignal.abort();
    await expectRejection(codec.score(noiseImages(1), { signal }), { code: 'ABORTED' });
    await codec.dispose();
    await expectRejection(codec.score(noiseImages(1)), { code: 'DISPOSED' });
  });
}

function denoiseContract(makeCodec: MakeCodec): void {
  it('gives back what both networks make of a noisy image, where it was trained on noise', async () => {
    await using codec = await makeCodec(await trainedOn({ noise: 0.5 }));
    const images = noiseImages(3, 9, 13);
    expect(await codec.denoise(images)).toEqual((await codec.roundTrip(images)).images);
    const output = 'float32';
    expect(await codec.denoise(images, { output })).toEqual(
      (await codec.roundTrip(images, { output })).images,
    );
  });

  it.each([[{}], [{ noise: 0 }], [{ noise: 'loud' }]])(
    'refuses to remove noise where the training was %o',
    async (training) => {
      await using codec = await makeCodec(await trainedOn(training));
      const message = expect.stringContaining('not trained to remove noise');
      await expectRejection(codec.denoise(noiseImages(1)), { code: 'UNSUPPORTED', message });
    },
  );

  it('refuses to remove noise from what it refuses to embed, and after its end', async () => {
    const codec = await makeCodec(await trainedOn({ noise: 0.5 }));
    await expectRejection(codec.denoise(noiseImages(1, 8, 8, 3)), { code: 'SHAPE_MISMATCH' });
    await expectRejection(codec.denoise([]), RangeError);
    const signal = AbortSignal.abort();
    await expectRejection(codec.denoise(noiseImages(1), { signal }), { code: 'ABORTED' });
    await codec.dispose();
    await expectRejection(codec.denoise(noiseImages(1)), { code: 'DISPOSED' });
  });
}

/** The tiny bundle, whose manifest says how it was trained. */
async function trainedOn(training: Record<string, unknown>): Promise<TinyBundle> {
  const bundle = await createTinyBundle();
  bundle.contents.set(MANIFEST_FILE, encodeManifest({ ...bundle.manifest, training }));
  return bundle;
}

function argumentsContract(makeCodec: MakeCodec): void {
  const image = noiseImages(1);
  const float = toFloatImages(image);
  const rubbish: [what: string, images: unknown, error: object][] = [
    ['no images', [], RangeError],
    ['a count of 0', { ...image, count: 0, data: new Uint8Array(0) }, RangeError],
    ['a fractional height', { ...image, height: 7.5 }, RangeError],
    ['data of the wrong length', { ...image, data: new Uint8Array(5) }, RangeError],
    ['a text as count', { ...image, count: '1' }, TypeError],
    ['a plain array as data', { ...image, data: [1, 2, 3] }, TypeError],
    ['nothing', undefined, TypeError],
    ['null', null, TypeError],
    ['a list of numbers', [1, 2], TypeError],
    ['uint8 and float images mixed', [image, float], TypeError],
    ['float values above 1', { ...float, data: float.data.map((value) => value * 255) }, RangeError],
    ['images of two sizes', [image, noiseImages(1, 4, 4)], { code: 'SHAPE_MISMATCH' }],
    ['RGB for a grey bundle', noiseImages(1, 8, 8, 3), { code: 'SHAPE_MISMATCH' }],
    ['another size than the only one', noiseImages(1, 8, 12), { code: 'SHAPE_MISMATCH' }],
    [
      'NaN',
      { ...float, data: float.data.map((value, i) => (i === 9 ? Number.NaN : value)) },
      { code: 'NON_FINITE' },
    ],
    ['infinity', { ...float, data: float.data.map(() => Infinity) }, { code: 'NON_FINITE' }],
  ];
  it.each(rubbish)('refuses %s as images', async (_, images, error) => {
    await using codec = await makeCodec(await createTinyBundle({ anySize: false }));
    await expectRejection(codec.embed(images as ImageBatch), error);
    await expectRejection(codec.roundTrip(images as ImageBatch), error);
  });

  const latent = { data: new Float32Array(8), count: 1, channels: 2, height: 2, width: 2 };
  const latents: [what: string, latents: unknown, options: object, error: object][] = [
    ['latents of other channels', { ...latent, channels: 1, height: 4 }, {}, { code: 'SHAPE_MISMATCH' }],
    ['latents with NaN', { ...latent, data: latent.data.map(() => Number.NaN) }, {}, { code: 'NON_FINITE' }],
    ['latents of doubles', { ...latent, data: new Float64Array(8) }, {}, TypeError],
    ['no latents', { ...latent, count: 0, data: new Float32Array(0) }, {}, RangeError],
    ['a height that the latents do not cover', latent, { height: 9 }, RangeError],
    ['a width that needs fewer latents', latent, { width: 4 }, RangeError],
    ['an unknown output', latent, { output: 'float64' }, TypeError],
  ];
  it.each(latents)('refuses %s to reconstruct', async (_, value, options, error) => {
    await using codec = await makeCodec(await createTinyBundle());
    await expectRejection(codec.reconstruct(value as FloatImageBatch, options), error);
  });
}

function concurrencyContract(makeCodec: MakeCodec): void {
  it('serves calls that overlap, of different sizes, as if each were alone', async () => {
    await using codec = await makeCodec(await createTinyBundle(), { batchSize: 2 });
    const batches = [noiseImages(5), noiseImages(1, 12, 4), noiseImages(3, 5, 5), noiseImages(2, 16, 16)];
    const together = await Promise.all(batches.map((images) => codec.roundTrip(images)));
    for (const [i, images] of batches.entries()) expect(together[i]).toEqual(await codec.roundTrip(images));
  });

  it('goes on after calls that failed', async () => {
    await using codec = await makeCodec(await createTinyBundle());
    const good = codec.embed(noiseImages(1));
    const bad = codec.embed(noiseImages(1, 8, 8, 3));
    const later = codec.embed(noiseImages(1));
    await expectRejection(bad, { code: 'SHAPE_MISMATCH' });
    expect(await later).toEqual(await good);
  });

  it('stops between chunks when the signal says so', async () => {
    await using codec = await makeCodec(await createTinyBundle(), { batchSize: 1 });
    const controller = new AbortController();
    const call = codec.embed(noiseImages(50), { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expectRejection(call, { code: 'ABORTED', cause: new Error('enough') });
    const { signal } = controller;
    await expectRejection(codec.roundTrip(noiseImages(1), { signal }), { code: 'ABORTED' });
    expect((await codec.embed(noiseImages(1))).count).toBe(1);
  });

  it('disposes while calls are under way: whole results or DISPOSED, and nothing afterwards', async () => {
    const codec = await makeCodec(await createTinyBundle(), { batchSize: 1 });
    const long = codec.embed(noiseImages(50));
    const short = codec.embed(noiseImages(1));
    const settled = Promise.allSettled([long, short]);
    await Promise.all([codec.dispose(), codec.dispose()]);
    const [first, second] = await settled;
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'DISPOSED' } });
    if (second.status === 'fulfilled') expect(second.value.data.length).toBe(8);
    await expectRejection(codec.embed(noiseImages(1)), { code: 'DISPOSED' });
    await expectRejection(codec.roundTrip(noiseImages(1)), { code: 'DISPOSED' });
    await codec[Symbol.asyncDispose]();
  });
}
