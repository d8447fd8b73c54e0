import { fileURLToPath } from 'node:url';
import { type Codec, loadCodec } from '@convae/runtime';
import {
  type BundleFiles,
  chunkSymbols,
  decodeImageSymbols,
  EntropyModel,
  encodeSymbols,
  type ImageBatch,
  loadBundle,
  RangeEncoder,
  readContainer,
  readImageStream,
  writeImageStream,
} from '@convae/runtime/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCodedBundle } from '../../packages/runtime/src/testing/coded-bundle.js';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';
import { expectGolden, expectGoldenJson, fromHex, golden, goldenJson, toHex, UPDATE } from './golden.js';

/** A coded image: all that a decoder must find, on every machine and execution provider. */
interface StreamVector {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly bytes: string;
  readonly symbols: readonly number[];
  /** uint8; a decoder's may differ by 1. */
  readonly pixels: string;
}

const FILES = ['manifest.json', 'encoder.onnx', 'decoder.onnx', 'tables.bin'];
const CONTAINER = 'tiny-bundle/images.cae';

const bundle: BundleFiles = {
  location: fileURLToPath(new URL('./data/tiny-bundle', import.meta.url)),
  read: async (name) => golden(`tiny-bundle/${name}`),
};

const cases: readonly { name: string; image: ImageBatch; quality: number }[] = [
  ...[0, 1, 2, 3].map((quality) => ({ name: `quality ${quality}`, image: noiseImages(1), quality })),
  { name: 'one pixel', image: noiseImages(1, 1, 1), quality: 2 },
  { name: 'another size', image: noiseImages(1, 9, 13), quality: 1 },
  { name: 'a long one', image: noiseImages(1, 5, 300), quality: 0 },
];

/** Images of two sizes, in chunks of four. */
const batches = [noiseImages(6), noiseImages(2, 10, 7)];

let codec: Codec;
beforeAll(async () => {
  if (UPDATE) {
    const { contents } = await createCodedBundle();
    for (const name of FILES) expectGolden(`tiny-bundle/${name}`, contents.get(name)!);
    codec = await loadCodec(bundle);
    await storeVectors();
  } else codec = await loadCodec(bundle);
});
afterAll(() => codec.dispose());

async function storeVectors(): Promise<void> {
  const pieces: number[] = [];
  const sink = { write: (bytes: Uint8Array) => void pieces.push(...bytes) };
  await codec.encodeContainer(batches, sink, { quality: 1, chunk: 4, count: 8 });
  expectGolden(CONTAINER, Uint8Array.from(pieces));
  const streams: StreamVector[] = [];
  for (const { name, image, quality } of cases)
    streams.push(await vectorOf(name, await codec.encode(image, { quality })));
  expectGoldenJson('tiny-bundle/streams.json', streams);
  expectGoldenJson('tiny-bundle/images.json', await containerSymbols());
}

async function vectorOf(name: string, bytes: Uint8Array): Promise<StreamVector> {
  const { data, height, width } = await codec.decode(bytes);
  const { symbols } = decodeImageSymbols(codec.manifest, await model(), bytes);
  return { name, height, width, bytes: toHex(bytes), symbols: [...symbols.data], pixels: toHex(data) };
}

async function model(): Promise<EntropyModel> {
  const { manifest, coding } = await loadBundle(bundle);
  return new EntropyModel(manifest, coding);
}

/** The symbols of each chunk of the stored container. */
async function containerSymbols(): Promise<object[]> {
  const { header, chunks } = await readContainer(
    (async function* () {
      yield golden(CONTAINER);
    })(),
  );
  const context = { manifest: codec.manifest, model: await model() };
  const found: object[] = [];
  for await (const chunk of chunks) {
    const { data, count, height, width } = chunkSymbols(context, header, chunk);
    found.push({ firstImage: chunk.firstImage, count, height, width, symbols: [...data] });
  }
  return found;
}

describe('vectors of a bundle', () => {
  it('hold its files and its identity', async () => {
    const { contents } = await createCodedBundle();
    for (const name of FILES) expectGolden(`tiny-bundle/${name}`, contents.get(name)!);
    expect(toHex((await model()).hash)).toMatchInlineSnapshot(`"9d8e39bbf2cbb7c4"`);
  });

  it('decode to the stored symbols and pixels', async () => {
    for (const { name, bytes, height, width, symbols, pixels } of goldenJson<StreamVector[]>(
      'tiny-bundle/streams.json',
    )) {
      const found = decodeImageSymbols(codec.manifest, await model(), fromHex(bytes));
      expect([...found.symbols.data], name).toEqual(symbols);
      const image = await codec.decode(fromHex(bytes));
      expect(image, name).toMatchObject({ count: 1, height, width, channels: 1 });
      const stored = fromHex(pixels);
      const most = image.data.reduce((max, value, i) => Math.max(max, Math.abs(value - stored[i]!)), 0);
      expect(most, name).toBeLessThanOrEqual(1);
    }
  });

  it('are what the encoder writes for their symbols', async () => {
    const entropy = await model();
    for (const { bytes, symbols } of goldenJson<StreamVector[]>('tiny-bundle/streams.json')) {
      const stream = readImageStream(fromHex(bytes));
      const found = decodeImageSymbols(codec.manifest, entropy, fromHex(bytes));
      const encoder = new RangeEncoder();
      const { tables } = entropy.at(stream.quality);
      encodeSymbols(encoder, Int32Array.from(symbols), tables, entropy.tableIndex(found.symbols));
      expect(toHex(writeImageStream({ ...stream, payload: encoder.finish() }))).toBe(bytes);
    }
  });

  it('hold a container, and the symbols of its chunks', async () => {
    expect(await containerSymbols()).toEqual(goldenJson('tiny-bundle/images.json'));
    const bytes = golden(CONTAINER);
    const source = { size: bytes.length, read: async (at: number, n: number) => bytes.subarray(at, at + n) };
    const opened = await codec.openContainer(source);
    expect(opened.header).toMatchObject({ quality: 1, count: 8, height: 8, width: 8 });
    expect(await opened.decodeAt(7)).toMatchObject({ height: 10, width: 7 });
  });
});
