import { describe, expect, it } from 'vitest';
import { type ContainerSink, type RandomAccessSource, readImageStream } from '../bitstream/index.js';
import { MANIFEST_FILE } from '../bundle/files.js';
import { loadBundle } from '../bundle/load.js';
import { parseManifest } from '../bundle/parse.js';
import type { Codec } from '../codec/codec.js';
import { decodeImageSymbols, EntropyModel } from '../codec/coding/index.js';
import { serializeContext } from '../context/index.js';
import { dequantize, quantize, quantizerAt } from '../entropy/quantizer.js';
import { ConvaeError } from '../errors.js';
import { type ImageBatch, sliceBatch, toFloatImages } from '../image.js';
import { joinBatches } from '../join-batches.js';
import { createCodedBundle, TINY_QUANTIZER, withCoding, withContext } from './coded-bundle.js';
import { expectRejection, noiseImages } from './expectations.js';
import { largeImageContract } from './large-image-contract.js';
import type { MakeCodec } from './make-codec.js';
import { randomContextModel } from './random-context.js';
import { createTinyBundle } from './tiny-bundle.js';

/** Collects what is written. */
class BytesSink implements ContainerSink {
  readonly #pieces: number[] = [];

  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.#pieces.push(byte);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#pieces);
  }
}

/** Bytes in memory, for random access. */
export const sourceOf = (bytes: Uint8Array): RandomAccessSource => ({
  size: bytes.length,
  read: async (offset, length) => bytes.slice(offset, offset + length),
});

/** Bytes in memory, as a stream of small pieces. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

/** A container of these batches. */
export async function containerOf(
  codec: Codec,
  batches: readonly ImageBatch[],
  options: object = {},
): Promise<Uint8Array> {
  const sink = new BytesSink();
  await codec.encodeContainer(batches, sink, options);
  return sink.bytes();
}

/** All images of a container, one by one. */
async function decodeAll(codec: Codec, bytes: Uint8Array): Promise<ImageBatch[]> {
  const { images } = await codec.decodeContainer(streamOf(bytes));
  const found: ImageBatch[] = [];
  for await (const placed of images) {
    expect(placed.firstImage).toBe(found.length);
    found.push(...singles(placed.images));
  }
  return found;
}

const singles = (batch: ImageBatch): ImageBatch[] =>
  Array.from({ length: batch.count }, (_, i) => sliceBatch(batch, i, i + 1));

/** What quantizing alone does to images: embed, round, reconstruct. */
async function throughSymbols(codec: Codec, images: ImageBatch, quality: number): Promise<ImageBatch> {
  const quantizer = quantizerAt(TINY_QUANTIZER, quality);
  const latents = dequantize(quantize(await codec.embed(images), quantizer), quantizer);
  const { height, width } = images;
  return codec.reconstruct(latents, { height, width });
}

/** What every codec must do with bitstreams, whatever it runs on. Runs with vitest, in Node and in browsers. */
export function codingContract(makeCodec: MakeCodec): void {
  describe('coding', () => {
    streamContract(makeCodec);
    containerContract(makeCodec);
    contextContract(makeCodec);
    largeImageContract(makeCodec, containerOf);
    damageContract(makeCodec);
    refusalContract(makeCodec);
  });
}

function streamContract(makeCodec: MakeCodec): void {
  for (const options of [
    { channels: 1, anySize: true },
    { channels: 3, anySize: true },
    { channels: 4, anySize: true },
    { channels: 1, anySize: false, tables: 'position' },
    { channels: 1, tables: 'channel' },
    { channels: 3, anySize: true, context: true },
    { channels: 1, anySize: false, tables: 'position', context: true },
  ] as const) {
    it(`gives back the quantized image, at every quality, with ${JSON.stringify(options)}`, async () => {
      await using codec = await makeCodec(await createCodedBundle(options));
      const image = noiseImages(1, 8, 8, options.channels);
      const sizes: number[] = [];
      for (let quality = 0; quality < 4; quality++) {
        const bytes = await codec.encode(image, { quality });
        expect(await codec.decode(bytes)).toEqual(await throughSymbols(codec, image, quality));
        sizes.push(bytes.length);
      }
      // The tiny context model has learnt nothing, so its sizes tell nothing.
      if ('context' in options) return;
      expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
      expect(sizes[0]).toBeLessThan(sizes[3]!);
    });
  }

  it('takes the manifest’s quality where none is asked for, and 1 byte around the payload', async () => {
    const bundle = await createCodedBundle();
    await using codec = await makeCodec(bundle);
    const image = noiseImages(1);
    const bytes = await codec.encode(image);
    expect(bytes).toEqual(await codec.encode(image, { quality: 2, prior: 'factorized' }));
    expect(bytes.length - readImageStream(bytes).payload.length).toBe(1);
    expect(await codec.encode(toFloatImages(image))).toEqual(bytes);
  });

  for (const [height, width] of [
    [1, 1],
    [7, 8],
    [9, 13],
    [30, 260],
  ] as const) {
    it(`codes images of ${height}×${width} with at most 4 bytes around the payload`, async () => {
      await using codec = await makeCodec(await createCodedBundle({ channels: 3 }));
      const image = noiseImages(1, height, width, 3);
      const bytes = await codec.encode(image);
      expect(await codec.decode(bytes)).toEqual(await throughSymbols(codec, image, 2));
      expect(bytes.length - readImageStream(bytes).payload.length).toBeLessThanOrEqual(4);
    });
  }

  it('encodes a batch as its images one by one, up to what rounding decides', async () => {
    const bundle = await createCodedBundle();
    await using codec = await makeCodec(bundle, { batchSize: 4 });
    const images = noiseImages(9);
    const streams = await codec.encodeBatch(images);
    const { coding } = await loadBundle(bundle);
    const model = new EntropyModel(bundle.manifest, coding);
    for (const [i, stream] of streams.entries()) {
      const alone = decodeImageSymbols(
        bundle.manifest,
        model,
        await codec.encode(sliceBatch(images, i, i + 1)),
      );
      const { symbols } = decodeImageSymbols(bundle.manifest, model, stream);
      // A latent on the edge between two symbols may fall to either side in a batch of another size.
      const different = symbols.data.filter((symbol, j) => symbol !== alone.symbols.data[j]);
      expect(different.length).toBeLessThanOrEqual(1);
    }
  });
}

function containerContract(makeCodec: MakeCodec): void {
  it('encodes many images into a container and decodes them', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const images = noiseImages(50);
    const sink = new BytesSink();
    const summary = await codec.encodeContainer([images], sink, { chunk: 7, count: 50, quality: 1 });
    const bytes = sink.bytes();
    expect(summary).toEqual({ images: 50, bytes: bytes.length, quality: 1, prior: 'factorized' });
    expect(joinBatches(await decodeAll(codec, bytes))).toEqual(await throughSymbols(codec, images, 1));
    const opened = await codec.openContainer(sourceOf(bytes));
    expect(opened.imageCount).toBe(50);
    expect(opened.header).toMatchObject({ count: 50, quality: 1, height: 8, width: 8, channels: 1 });
  });

  it('writes the same container however the images come', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const images = noiseImages(20);
    async function* stream() {
      // The memory is used again for each batch, as a reader of files may do.
      const memory = sliceBatch(images, 0, 3).data.slice();
      for (let at = 0; at < 20; at += 3) {
        const batch = sliceBatch(images, at, Math.min(20, at + 3));
        memory.set(batch.data);
        yield { ...batch, data: memory.subarray(0, batch.data.length) };
      }
    }
    const sink = new BytesSink();
    await codec.encodeContainer(stream(), sink, { chunk: 8 });
    expect(sink.bytes()).toEqual(await containerOf(codec, [images], { chunk: 8 }));
    expect(sink.bytes()).toEqual(await containerOf(codec, singles(images), { chunk: 8 }));
  });

  it('holds images of different sizes, and no images', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const batches = [noiseImages(2, 9, 13), noiseImages(3), noiseImages(1, 30, 4), noiseImages(2)];
    const found = await decodeAll(codec, await containerOf(codec, batches));
    const expected: ImageBatch[] = [];
    for (const batch of batches) expected.push(...singles(await throughSymbols(codec, batch, 2)));
    expect(found).toEqual(expected);
    expect(await decodeAll(codec, await containerOf(codec, []))).toEqual([]);
  });

  it('decodes any image by itself', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const bytes = await containerOf(codec, [noiseImages(20), noiseImages(3, 5, 9)], { chunk: 6 });
    const all = await decodeAll(codec, bytes);
    const opened = await codec.openContainer(sourceOf(bytes));
    for (const [i, image] of all.entries()) expect(await opened.decodeAt(i)).toEqual(image);
    for (const index of [-1, 23, 0.5, Number.NaN]) await expectRejection(opened.decodeAt(index), RangeError);
  });
}

function contextContract(makeCodec: MakeCodec): void {
  it('codes with the context prior where the bundle has one, and with tables where asked to', async () => {
    await using codec = await makeCodec(await createCodedBundle({ context: true }));
    for (const image of [noiseImages(1), noiseImages(1, 9, 13), noiseImages(1, 1, 30)]) {
      const expected = await throughSymbols(codec, image, 2);
      const byDefault = await codec.encode(image);
      expect(await codec.encode(image, { prior: 'context' })).toEqual(byDefault);
      const factorized = await codec.encode(image, { prior: 'factorized' });
      expect([byDefault, factorized].map((bytes) => readImageStream(bytes).prior)).toEqual([
        'context',
        'factorized',
      ]);
      for (const bytes of [byDefault, factorized]) expect(await codec.decode(bytes)).toEqual(expected);
    }
  });

  it('has containers of both priors, of images of different sizes, for streams and random access', async () => {
    await using codec = await makeCodec(await createCodedBundle({ context: true }));
    const batches = [noiseImages(9), noiseImages(2, 10, 7), noiseImages(3)];
    const expected: ImageBatch[] = [];
    for (const batch of batches) expected.push(...singles(await throughSymbols(codec, batch, 2)));
    for (const prior of ['context', 'factorized'] as const) {
      const bytes = await containerOf(codec, batches, { prior, chunk: 4 });
      expect(await decodeAll(codec, bytes)).toEqual(expected);
      const opened = await codec.openContainer(sourceOf(bytes));
      expect(opened.header.prior).toBe(prior);
      for (const i of [0, 7, 10, 13]) expect(await opened.decodeAt(i)).toEqual(expected[i]);
    }
  });

  it('takes the prior that the manifest says', async () => {
    const context = (await createCodedBundle({ context: true })).contents.get('context.bin')!;
    const bundle = await withContext(await createCodedBundle(), context, { prior: 'factorized' });
    await using codec = await makeCodec(bundle);
    expect(readImageStream(await codec.encode(noiseImages(1))).prior).toBe('factorized');
  });

  it('refuses a context model that is damaged, not there, or of another bundle', async () => {
    const damaged = await createCodedBundle({ context: true });
    damaged.contents.get('context.bin')![40]! ^= 1;
    await expectRejection(makeCodec(damaged), { code: 'HASH_MISMATCH' });
    const missing = await createCodedBundle({ context: true });
    missing.contents.delete('context.bin');
    await expectRejection(makeCodec(missing), { code: 'NOT_FOUND' });
    const { multipliers } = TINY_QUANTIZER;
    const others: [object, string][] = [
      [{ channels: 3 }, 'expected 2 channels in context.bin, received 3'],
      [{ gridWidth: 3 }, 'expected 2 columns in context.bin, received 3'],
      [{ multipliers: [1] }, 'expected 4 qualities in context.bin, received 1'],
      [{ multipliers: [16, 6, 4, 1] }, 'for other steps than quantizer'],
      [{ range: 10_000 }, 'more than 4096'],
    ];
    for (const [other, message] of others) {
      const model = randomContextModel({ multipliers, ...other });
      const bundle = await withContext(await createCodedBundle(), serializeContext(model));
      await expectRejection(makeCodec(bundle), { message: expect.stringContaining(message) });
    }
  });
}

function damageContract(makeCodec: MakeCodec): void {
  it('saves what is whole of a damaged container', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const bytes = await containerOf(codec, [noiseImages(30)], { chunk: 10, count: 30 });
    const all = await decodeAll(codec, bytes);
    const damaged = bytes.slice();
    damaged[Math.floor(bytes.length / 2)]! ^= 4;
    await expectRejection(decodeAll(codec, damaged), { code: 'CHECKSUM_MISMATCH' });
    const opened = await codec.openContainer(sourceOf(damaged), { salvage: true });
    expect(opened.lost).toEqual([{ firstImage: 10, imageCount: 10 }]);
    const found: number[] = [];
    for await (const { firstImage, images } of opened.images()) {
      for (const [i, image] of singles(images).entries()) {
        expect(image).toEqual(all[firstImage + i]);
        found.push(firstImage + i);
      }
    }
    expect(found).toEqual([...Array(10).keys(), ...Array.from({ length: 10 }, (_, i) => 20 + i)]);
    expect(await opened.decodeAt(25)).toEqual(all[25]);
    await expectRejection(opened.decodeAt(12), { code: 'DATA_INVALID' });
  });

  it('does not count images as lost that the source fails to read', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const source = sourceOf(await containerOf(codec, [noiseImages(30)], { chunk: 10 }));
    const own = new ConvaeError('ABORTED', 'no network');
    let online = true;
    const read: typeof source.read = async (offset, length) => {
      if (!online) throw own;
      return source.read(offset, length);
    };
    const opened = await codec.openContainer({ ...source, read }, { salvage: true });
    online = false;
    await expect(opened.images().next()).rejects.toBe(own);
    expect(opened.lost).toEqual([]);
  });

  it('saves the chunks before the cut of a truncated container', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const bytes = await containerOf(codec, [noiseImages(30)], { chunk: 10 });
    const cut = bytes.subarray(0, Math.floor(bytes.length / 2));
    await expectRejection(decodeAll(codec, cut), { code: 'DATA_TRUNCATED' });
    const opened = await codec.openContainer(sourceOf(cut), { salvage: true });
    expect(opened.problems.map(({ code }) => code)).toEqual(['DATA_TRUNCATED']);
    let count = 0;
    for await (const { images } of opened.images()) count += images.count;
    expect(count).toBe(10);
  });

  it('refuses streams that no encoder writes', async () => {
    const bundle = await createCodedBundle();
    await using codec = await makeCodec(bundle);
    const bytes = await codec.encode(noiseImages(1));
    const [head, ...payload] = bytes as unknown as [number, ...number[]];
    const refused: [Uint8Array, string][] = [
      [new Uint8Array(0), 'DATA_TRUNCATED'],
      [Uint8Array.of(head, ...payload, 7, 7, 7), 'DATA_INVALID'],
      [Uint8Array.of(head | 64, ...payload), 'UNSUPPORTED'],
      [Uint8Array.of(head | 128, ...payload), 'VERSION_UNSUPPORTED'],
      [Uint8Array.of((head & 240) | 9, ...payload), 'DATA_INVALID'],
      // The bundle's own size, named.
      [Uint8Array.of(head | 16, 7, 7, ...payload), 'DATA_INVALID'],
      // 16384×16384 pixels in a few bytes.
      [Uint8Array.of(head | 48, 255, 63, 255, 63, ...payload), 'DATA_INVALID'],
    ];
    for (const [stream, code] of refused) await expectRejection(codec.decode(stream), { code });
    await using fixed = await makeCodec(await createCodedBundle({ anySize: false }));
    await expectRejection(fixed.decode(Uint8Array.of(head | 16, 8, 8, ...payload)), { code: 'DATA_INVALID' });
  });
}

function refusalContract(makeCodec: MakeCodec): void {
  it('refuses arguments that it cannot take', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    const image = noiseImages(1);
    const sink = new BytesSink();
    await expectRejection(codec.encode(noiseImages(2)), RangeError);
    for (const quality of [-1, 4, 0.5, Number.NaN])
      await expectRejection(codec.encode(image, { quality }), RangeError);
    await expectRejection(codec.encode(image, { quality: '1' as never }), TypeError);
    await expectRejection(codec.encode(image, { prior: 'context' }), { code: 'UNSUPPORTED' });
    await expectRejection(codec.encode(image, { prior: 'best' as never }), RangeError);
    await expectRejection(codec.encode(undefined as never), TypeError);
    await expectRejection(codec.encodeBatch([]), RangeError);
    await expectRejection(codec.decode([1, 2, 3] as never), TypeError);
    await expectRejection(codec.encode(noiseImages(1, 8, 8, 3)), { code: 'SHAPE_MISMATCH' });
    await expectRejection(codec.encodeContainer(7 as never, sink), TypeError);
    await expectRejection(codec.encodeContainer([image], sink, { chunk: 0 }), RangeError);
    await expectRejection(codec.encodeContainer([image], sink, { count: 2 }), RangeError);
    const signal = AbortSignal.abort();
    await expectRejection(codec.encode(image, { signal }), { code: 'ABORTED' });
  });

  it('refuses containers of another bundle', async () => {
    await using codec = await makeCodec(await createCodedBundle());
    await using other = await makeCodec(await createCodedBundle({ tables: 'channel' }));
    const bytes = await containerOf(codec, [noiseImages(2)]);
    await expectRejection(other.decodeContainer(streamOf(bytes)), { code: 'HASH_MISMATCH' });
    await expectRejection(other.openContainer(sourceOf(bytes)), { code: 'HASH_MISMATCH' });
    await expectRejection(other.openContainer(sourceOf(bytes), { salvage: true }), { code: 'HASH_MISMATCH' });
  });

  it('says how to get tables where the bundle has none', async () => {
    await using codec = await makeCodec(await createTinyBundle());
    const failed = codec.encode(noiseImages(1));
    await expectRejection(failed, { code: 'UNSUPPORTED', message: expect.stringContaining('export') });
    await expectRejection(codec.decode(Uint8Array.of(0, 1)), { code: 'UNSUPPORTED' });
    await expectRejection(codec.openContainer(sourceOf(new Uint8Array(0))), { code: 'UNSUPPORTED' });
  });

  it('refuses other sizes where the tables are for one', async () => {
    await using codec = await makeCodec(await createCodedBundle({ tables: 'position' }));
    await expectRejection(codec.encode(noiseImages(1, 9, 9)), { code: 'UNSUPPORTED' });
  });

  it('refuses tables that are damaged, of a wrong number, or not there', async () => {
    const damaged = await createCodedBundle();
    damaged.contents.get('tables.bin')![20]! ^= 1;
    await expectRejection(makeCodec(damaged), { code: 'HASH_MISMATCH' });
    const missing = await createCodedBundle();
    missing.contents.delete('tables.bin');
    await expectRejection(makeCodec(missing), { code: 'NOT_FOUND' });
    const tables = (await createCodedBundle({ tables: 'channel' })).contents.get('tables.bin')!;
    const rubbish = await withCoding(await createTinyBundle(), tables.subarray(0, 30));
    await expectRejection(makeCodec(rubbish), { code: 'DATA_TRUNCATED' });
    const one = tables.slice(0, 7 + 6 + 2 * (new DataView(tables.buffer).getUint16(11, true) + 1));
    one[5] = 0;
    await expectRejection(makeCodec(await withCoding(await createTinyBundle(), one)), {
      code: 'DATA_INVALID',
      message: expect.stringContaining('expected 2 or 8 or 10 tables'),
    });
    expect(parseManifest(damaged.contents.get(MANIFEST_FILE)!).tables).toBeDefined();
  });

  it('disposed, codes nothing', async () => {
    const codec = await makeCodec(await createCodedBundle());
    const bytes = await codec.encode(noiseImages(1));
    await codec.dispose();
    await expectRejection(codec.encode(noiseImages(1)), { code: 'DISPOSED' });
    await expectRejection(codec.decode(bytes), { code: 'DISPOSED' });
  });
}
