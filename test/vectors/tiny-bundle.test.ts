import { fileURLToPath } from 'node:url';
import { type Codec, loadCodec } from '@convae/runtime';
import {
  type BundleFiles,
  CONTEXT_KERNELS,
  type ContextKernelName,
  chunkSymbols,
  decodeImageSymbols,
  EntropyModel,
  encodeContextSymbols,
  encodeSymbols,
  type ImageBatch,
  type ItemShape,
  loadBundle,
  type Prior,
  RangeEncoder,
  readContainer,
  readImageStream,
  writeImageStream,
} from '@convae/runtime/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCodedBundle } from '../../packages/runtime/src/testing/coded-bundle.js';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';
import type { TinyBundle } from '../../packages/runtime/src/testing/tiny-bundle.js';
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

/** A tiny bundle, its folder of vectors, and the priors that its images are coded with. */
interface VectorBundle {
  readonly folder: string;
  readonly files: readonly string[];
  readonly create: () => Promise<TinyBundle>;
  readonly priors: readonly Prior[];
  readonly hash: string;
}

const GRAPHS = ['manifest.json', 'encoder.onnx', 'decoder.onnx', 'tables.bin'];
const bundles: readonly VectorBundle[] = [
  {
    folder: 'tiny-bundle',
    files: GRAPHS,
    create: () => createCodedBundle(),
    priors: ['factorized'],
    hash: '9d8e39bbf2cbb7c4',
  },
  {
    folder: 'tiny-context',
    files: [...GRAPHS, 'context.bin'],
    create: () => createCodedBundle({ context: true }),
    priors: ['context', 'factorized'],
    hash: '029e7c7fa21fc1b1',
  },
  {
    folder: 'tiny-gains',
    files: [...GRAPHS, 'context.bin'],
    create: () => createCodedBundle({ context: true, gains: true }),
    priors: ['context', 'factorized'],
    hash: '435e2d77261684bc',
  },
];

const cases: readonly { name: string; image: ImageBatch; quality: number }[] = [
  ...[0, 1, 2, 3].map((quality) => ({ name: `quality ${quality}`, image: noiseImages(1), quality })),
  { name: 'one pixel', image: noiseImages(1, 1, 1), quality: 2 },
  { name: 'another size', image: noiseImages(1, 9, 13), quality: 1 },
  { name: 'a long one', image: noiseImages(1, 5, 300), quality: 0 },
];

/** Images of two sizes, in chunks of four. */
const batches = [noiseImages(6), noiseImages(2, 10, 7)];

/** The symbols of the channels that are coded, each under the tables of its places. */
function encodeCoded(
  encoder: RangeEncoder,
  symbols: Int32Array,
  entropy: EntropyModel,
  { quality, ...shape }: ItemShape & { readonly quality: number },
): void {
  const { tables, coded } = entropy.at(quality);
  const plane = shape.height * shape.width;
  for (const channel of coded) {
    const own = symbols.subarray(channel * plane, (channel + 1) * plane);
    encodeSymbols(encoder, own, tables, entropy.planeIndex(shape, channel));
  }
}

describe.each(bundles)('vectors of $folder', ({ folder, files, create, priors, hash }) => {
  const container = `${folder}/images.cae`;
  const bundle: BundleFiles = {
    location: fileURLToPath(new URL(`./data/${folder}`, import.meta.url)),
    read: async (name) => golden(`${folder}/${name}`),
  };

  let codec: Codec;
  beforeAll(async () => {
    if (UPDATE) {
      const { contents } = await create();
      for (const name of files) expectGolden(`${folder}/${name}`, contents.get(name)!);
      codec = await loadCodec(bundle);
      await storeVectors();
    } else codec = await loadCodec(bundle);
  });
  afterAll(() => codec.dispose());

  async function storeVectors(): Promise<void> {
    const pieces: number[] = [];
    const sink = { write: (bytes: Uint8Array) => void pieces.push(...bytes) };
    await codec.encodeContainer(batches, sink, { quality: 1, chunk: 4, count: 8 });
    expectGolden(container, Uint8Array.from(pieces));
    const streams: StreamVector[] = [];
    for (const prior of priors) {
      for (const { name, image, quality } of cases)
        streams.push(await vectorOf(name, await codec.encode(image, { quality, prior })));
    }
    expectGoldenJson(`${folder}/streams.json`, streams);
    expectGoldenJson(`${folder}/images.json`, await containerSymbols());
  }

  async function vectorOf(name: string, bytes: Uint8Array): Promise<StreamVector> {
    const { data, height, width } = await codec.decode(bytes);
    const { symbols } = decodeImageSymbols(codec.manifest, await model(), bytes);
    return { name, height, width, bytes: toHex(bytes), symbols: [...symbols.data], pixels: toHex(data) };
  }

  async function model(kernel?: ContextKernelName): Promise<EntropyModel> {
    const { manifest, coding } = await loadBundle(bundle);
    return new EntropyModel(manifest, coding, { kernel });
  }

  /** The symbols of each chunk of the stored container. */
  async function containerSymbols(): Promise<object[]> {
    const { header, chunks } = await readContainer(
      (async function* () {
        yield golden(container);
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

  it('hold its files and its identity', async () => {
    const { contents } = await create();
    for (const name of files) expectGolden(`${folder}/${name}`, contents.get(name)!);
    expect(toHex((await model()).hash)).toBe(hash);
  });

  it.each(CONTEXT_KERNELS)('decode to the stored symbols and pixels (%s)', async (contextKernel) => {
    await using own = await loadCodec(bundle, { contextKernel });
    expect(own.contextKernel).toBe(priors.includes('context') ? contextKernel : undefined);
    const entropy = await model(contextKernel);
    const stored = goldenJson<StreamVector[]>(`${folder}/streams.json`);
    for (const { name, bytes, height, width, symbols, pixels } of stored) {
      const found = decodeImageSymbols(own.manifest, entropy, fromHex(bytes));
      expect([...found.symbols.data], name).toEqual(symbols);
      const image = await own.decode(fromHex(bytes));
      expect(image, name).toMatchObject({ count: 1, height, width, channels: 1 });
      const expected = fromHex(pixels);
      const most = image.data.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
      expect(most, name).toBeLessThanOrEqual(1);
    }
  });

  it.each(CONTEXT_KERNELS)('are what the encoder writes for their symbols (%s)', async (kernel) => {
    const entropy = await model(kernel);
    const found = new Set<Prior>();
    for (const { bytes, symbols } of goldenJson<StreamVector[]>(`${folder}/streams.json`)) {
      const stream = readImageStream(fromHex(bytes));
      const shape = decodeImageSymbols(codec.manifest, entropy, fromHex(bytes)).symbols;
      const encoder = new RangeEncoder();
      const data = Int32Array.from(symbols);
      if (stream.prior === 'context')
        encodeContextSymbols(encoder, data, entropy.context(), shape, stream.quality);
      else encodeCoded(encoder, data, entropy, { ...shape, quality: stream.quality });
      expect(toHex(writeImageStream({ ...stream, payload: encoder.finish() }))).toBe(bytes);
      found.add(stream.prior);
    }
    expect([...found]).toEqual(priors);
  });

  it('hold a container, and the symbols of its chunks', async () => {
    expect(await containerSymbols()).toEqual(goldenJson(`${folder}/images.json`));
    const bytes = golden(container);
    const source = { size: bytes.length, read: async (at: number, n: number) => bytes.subarray(at, at + n) };
    const opened = await codec.openContainer(source);
    expect(opened.header).toMatchObject({ quality: 1, count: 8, height: 8, width: 8, prior: priors[0] });
    expect(await opened.decodeAt(7)).toMatchObject({ height: 10, width: 7 });
  });
});
