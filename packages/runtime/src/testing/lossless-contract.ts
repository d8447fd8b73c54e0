import { describe, expect, it } from 'vitest';
import { MANIFEST_FILE } from '../bundle/files.js';
import { sha256Hex } from '../bundle/load.js';
import type { CallOptions, Codec } from '../codec/codec.js';
import { IMAGE_CHANNELS, type ImageBatch, sliceBatch, toFloatImages } from '../image.js';
import { joinBatches } from '../join-batches.js';
import { serializePixels } from '../pixels/index.js';
import { containerOf, sourceOf, streamOf } from './coding-contract.js';
import { expectRejection, noiseImages } from './expectations.js';
import { createLosslessBundle, randomPixelModel } from './lossless-bundle.js';
import type { MakeCodec } from './make-codec.js';
import { encodeManifest } from './tiny-bundle.js';

/** What a codec of a lossless bundle must do, wherever it runs. Runs with vitest, in Node and in browsers. */
export function losslessContract(name: string, makeCodec: MakeCodec): void {
  const open = async (channels: 1 | 3 | 4 = 1): Promise<Codec> =>
    makeCodec(await createLosslessBundle(channels));

  describe(`a lossless codec (${name})`, () => {
    it.each(IMAGE_CHANNELS)(
      'gives back images of %i channels and any size, value for value',
      async (channels) => {
        await using codec = await open(channels);
        expect(codec).toMatchObject({ lossless: true, passedOver: [], notices: [] });
        for (const [height, width] of [
          [8, 8],
          [1, 1],
          [1, 40],
          [23, 9],
        ] as const) {
          const images = noiseImages(3, height, width, channels);
          const streams = await codec.encodeBatch(images);
          expect(streams.length).toBe(3);
          for (const [i, bytes] of streams.entries())
            expect(await codec.decode(bytes)).toEqual(sliceBatch(images, i, i + 1));
        }
      },
    );

    it('gives back containers of images of any size: in order, by number, salvaged', async () => {
      await using codec = await open(3);
      const batches = [noiseImages(5, 8, 8, 3), noiseImages(2, 3, 17, 3), noiseImages(4, 8, 8, 3)];
      const bytes = await containerOf(codec, batches, { chunk: 3, count: 11 });
      const singles = batches.flatMap((batch) =>
        Array.from({ length: batch.count }, (_, i) => sliceBatch(batch, i, i + 1)),
      );
      const { header, images } = await codec.decodeContainer(streamOf(bytes));
      expect(header).toMatchObject({ channels: 3, quality: 0, prior: 'context', count: 11 });
      let seen = 0;
      for await (const placed of images) {
        expect(placed.firstImage).toBe(seen);
        seen += placed.images.count;
        expect(placed.images).toEqual(joinBatches(singles.slice(placed.firstImage, seen)));
      }
      expect(seen).toBe(11);
      const opened = await codec.openContainer(sourceOf(bytes));
      for (const i of [10, 0, 6]) expect(await opened.decodeAt(i)).toEqual(singles[i]);
      const damaged = bytes.slice();
      damaged[120]! ^= 1;
      const salvaged = await codec.openContainer(sourceOf(damaged), { salvage: true });
      expect(salvaged.lost).toEqual([{ firstImage: 0, imageCount: 3 }]);
      await expectRejection(salvaged.decodeAt(1), { code: 'DATA_INVALID' });
      expect(await salvaged.decodeAt(4)).toEqual(singles[4]);
    });

    it('takes float32 images whose values are exact, and no others', async () => {
      await using codec = await open();
      const images = noiseImages(1);
      const floats = toFloatImages(images);
      const bytes = await codec.encode(floats);
      expect(bytes).toEqual(await codec.encode(images));
      expect(await codec.decode(bytes)).toEqual(images);
      const between = { ...floats, data: floats.data.map((value) => 0.999 * value) };
      await expectRejection(codec.encode(between), RangeError);
    });

    it('refuses what needs networks, other qualities and priors, and other channels', async () => {
      await using codec = await open();
      const images = noiseImages(1);
      const latents = { data: new Float32Array(8), count: 1, channels: 2, height: 2, width: 2 };
      for (const call of [
        () => codec.embed(images),
        () => codec.reconstruct(latents),
        () => codec.roundTrip(images),
        () => codec.denoise(images),
        () => codec.score(images),
      ])
        await expectRejection(call(), { code: 'UNSUPPORTED' });
      await expectRejection(codec.encode(images, { quality: 1 }), RangeError);
      await expectRejection(codec.encode(images, { prior: 'factorized' }), { code: 'UNSUPPORTED' });
      await expectRejection(codec.encode(noiseImages(1, 8, 8, 3)), { code: 'SHAPE_MISMATCH' });
      await expectRejection(codec.encode(undefined as unknown as ImageBatch), TypeError);
      await expectRejection(codec.decode(Uint8Array.of(0x41, 1, 2)), { code: 'DATA_INVALID' });
      await expectRejection(codec.decode(Uint8Array.of(0x00, 1, 2)), { code: 'UNSUPPORTED' });
    });

    it('reports, and stops where its signal says', async () => {
      await using codec = await open();
      const large = noiseImages(1, 400, 500);
      const told: number[] = [];
      const bytes = await codec.encode(large, { onProgress: (share) => told.push(share) });
      expect(told.at(-1)).toBe(1);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      const calls = [(o: CallOptions) => codec.encode(large, o), (o: CallOptions) => codec.decode(bytes, o)];
      for (const call of calls) {
        const controller = new AbortController();
        const onProgress = (): void => controller.abort();
        await expectRejection(call({ signal: controller.signal, onProgress }), { code: 'ABORTED' });
      }
      await codec.dispose();
      await expectRejection(codec.encode(large), { code: 'DISPOSED' });
    });

    it('refuses the containers of another bundle', async () => {
      await using codec = await open();
      const other = await createLosslessBundle();
      const context = serializePixels(randomPixelModel({ seed: 99 }));
      const entry = { file: 'context.bin', bytes: context.length, sha256: await sha256Hex(context) };
      other.contents.set('context.bin', context);
      other.contents.set(MANIFEST_FILE, encodeManifest({ ...other.manifest, context: entry }));
      await using foreign = await makeCodec(other);
      const bytes = await containerOf(foreign, [noiseImages(2)]);
      await expectRejection(codec.decodeContainer(streamOf(bytes)), { code: 'HASH_MISMATCH' });
    });
  });
}
