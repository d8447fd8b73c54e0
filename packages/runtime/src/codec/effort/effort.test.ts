import { describe, expect, it } from 'vitest';
import { loadBundle } from '../../bundle/load.js';
import { finish } from '../../entropy/index.js';
import { dequantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { type ImageBatch, sliceBatch, toFloatImages } from '../../image.js';
import { loadCodec } from '../../node/load-codec.js';
import { type CodedBundleOptions, createCodedBundle, withTraining } from '../../testing/coded-bundle.js';
import { containerOf, streamOf } from '../../testing/coding-contract.js';
import { expectRejection, noiseImages } from '../../testing/expectations.js';
import { photoLike } from '../../testing/photo-like.js';
import type { Codec } from '../codec.js';
import { decodeImageSymbols, EntropyModel } from '../coding/index.js';
import { encodePayload } from '../coding/payload-encoder.js';
import { meanSquaredErrors } from '../distortion.js';

const LAMBDAS = [20, 60, 200, 700];

/** A codec of the tiny bundle that tells its lambdas, and what measures its streams. */
async function openTrained(options: CodedBundleOptions) {
  const coded = await createCodedBundle({ gains: true, ...options });
  const files = withTraining(coded, { rate: { lambdas: LAMBDAS } });
  const bundle = await loadBundle(files);
  const codec = await loadCodec(files, { threads: 1 });
  return { codec, model: new EntropyModel(bundle.manifest, bundle.coding) };
}

/** Bits of a latent's symbols as the range coder writes them: many times over, so that whole bytes do not show. */
function bitsOf(
  model: EntropyModel,
  symbols: SymbolBatch,
  settings: { quality: number; prior: 'factorized' | 'context' },
) {
  const times = 64;
  const { data: once } = dequantize(symbols, model.at(settings.quality).quantizer);
  const data = new Float32Array(once.length * times);
  for (let i = 0; i < times; i++) data.set(once, i * once.length);
  return (8 * finish(encodePayload(model, { ...symbols, data, count: times }, settings)).length) / times;
}

/** Bits + lambda · squared error of each image's stream, from the bytes that were written. */
async function costs(
  { codec, model }: Awaited<ReturnType<typeof openTrained>>,
  images: ImageBatch,
  options: { quality: number; prior: 'factorized' | 'context'; effort: number },
): Promise<number[]> {
  const streams = await codec.encodeBatch(images, options);
  return Promise.all(
    streams.map(async (stream, i) => {
      const { symbols } = decodeImageSymbols(codec.manifest, model, stream);
      const latents = dequantize(symbols, model.at(options.quality).quantizer);
      const { height, width } = images;
      const restored = await codec.reconstruct(latents, { output: 'float32', height, width });
      const original = toFloatImages(sliceBatch(images, i, i + 1));
      const squares = meanSquaredErrors(original, restored)[0]! * original.data.length;
      return bitsOf(model, symbols, options) + LAMBDAS[options.quality]! * squares;
    }),
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What 64 images' code words leave out or round up to, a bit an image, and float32. */
const SLACK = 0.3;

describe.each([
  ['factorized', 1],
  ['context', 1],
  ['context', 4],
] as const)('an effort, %s prior, %i channels', (prior, channels) => {
  it.each([
    [noiseImages(9, 8, 8, channels), [1, 3, 9]],
    [noiseImages(2, 13, 22, channels), [2, 9]],
  ])(
    'raises bits + lambda · squared error for no image, and lowers it (images %#)',
    async (images, efforts) => {
      const trained = await openTrained({ context: true, channels });
      await using _codec: Codec = trained.codec;
      for (const quality of [0, 2]) {
        const plain = await costs(trained, images, { quality, prior, effort: 0 });
        for (const effort of efforts) {
          const refined = await costs(trained, images, { quality, prior, effort });
          for (const [i, cost] of refined.entries()) expect(cost).toBeLessThanOrEqual(plain[i]! + SLACK);
          if (effort === 9) expect(sum(refined)).toBeLessThan(sum(plain) - 1);
        }
      }
    },
  );
});

describe('encoding with an effort', () => {
  const images = noiseImages(5);

  it('gives what the same decoder decodes, the same each time, alone and in a container', async () => {
    const { codec } = await openTrained({ context: true });
    await using _codec: Codec = codec;
    const streams = await codec.encodeBatch(images, { effort: 6 });
    expect(await codec.encodeBatch(images, { effort: 6 })).toEqual(streams);
    expect(streams).not.toEqual(await codec.encodeBatch(images));
    const container = await containerOf(codec, [images], { effort: 6 });
    const decoded = await codec.decodeContainer(streamOf(container));
    for await (const { images: some, firstImage } of decoded.images) {
      for (let i = 0; i < some.count; i++)
        expect(await codec.decode(streams[firstImage + i]!)).toEqual(sliceBatch(some, i, i + 1));
    }
  });

  it('of 0 writes what no effort writes, also where the lambda is unknown', async () => {
    await using codec = await loadCodec(await createCodedBundle({ context: true }), { threads: 1 });
    expect(await codec.encodeBatch(images, { effort: 0 })).toEqual(await codec.encodeBatch(images));
    await expectRejection(codec.encodeBatch(images, { effort: 1 }), { code: 'UNSUPPORTED' });
    await expectRejection(containerOf(codec, [images], { effort: 1 }), { code: 'UNSUPPORTED' });
  });

  it.each([[10], [-1], [1.5], [Number.NaN]])('refuses %d', async (effort) => {
    const { codec } = await openTrained({});
    await using _codec: Codec = codec;
    await expectRejection(codec.encodeBatch(images, { effort }), RangeError);
    await expectRejection(containerOf(codec, [images], { effort }), RangeError);
    await expectRejection(codec.encodeBatch(images, { effort: String(effort) as never }), TypeError);
  });

  it('tells how far it is, never less than before, and stops where it is asked to', async () => {
    const { codec } = await openTrained({ context: true });
    await using _codec: Codec = codec;
    const large = photoLike(300, 400, 1, 1);
    const told: number[] = [];
    await codec.encode(large, { effort: 1, onProgress: (done) => void told.push(done) });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    const controller = new AbortController();
    const stopped = codec.encode(large, {
      effort: 9,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expectRejection(stopped, { code: 'ABORTED' });
  });
});
