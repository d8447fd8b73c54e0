import { loadCodec } from '@convae/runtime';
import {
  buildTable,
  type ContainerHeader,
  ConvaeError,
  createContainerWriter,
  decodeImageSymbols,
  decodeSymbols,
  EntropyModel,
  encodeContextSymbols,
  encodeSymbols,
  loadBundle,
  type OpenedContainer,
  openContainer,
  packTables,
  parseContext,
  parsePixels,
  parseTables,
  RangeDecoder,
  RangeEncoder,
  readContainer,
  readImageStream,
  salvageContainer,
  serializeContext,
  serializePixels,
  serializeTables,
  sha256Hex,
  writeImageStream,
} from '@convae/runtime/core';
import { afterAll, describe, expect, it } from 'vitest';
import { createCodedBundle, tinyContextModel } from '../../packages/runtime/src/testing/coded-bundle.js';
import {
  createLosslessBundle,
  randomPixelModel,
} from '../../packages/runtime/src/testing/lossless-bundle.js';
import { fromHex, golden, goldenJson } from './golden.js';
import { mutate, type Random } from './mutate.js';
import { randomIntegers } from './random.js';

const ROUNDS = {
  images: 90_000,
  tables: 30_000,
  streams: 40_000,
  files: 20_000,
  salvage: 30_000,
  bundles: 10_000,
  coded: 20_000,
  codec: 3_000,
  context: 30_000,
  contextBundles: 5_000,
  contextCoded: 20_000,
  contextCodec: 2_000,
  pixels: 100_000,
  pixelBundles: 10_000,
  pixelStreams: 80_000,
  pixelCodec: 10_000,
};

const tables = packTables([buildTable(-3, [1, 5, 60, 900, 70, 4, 1]), buildTable(-1, [1, 9, 1])]);
const tableIndex = Uint16Array.of(0, 0, 1);
const SYMBOLS = 196;

function encodePayload(symbols: Int32Array): Uint8Array {
  const encoder = new RangeEncoder();
  encodeSymbols(encoder, symbols, tables, tableIndex);
  return encoder.finish();
}

function decodePayload(payload: Uint8Array): Int32Array {
  const decoder = new RangeDecoder(payload);
  const symbols = new Int32Array(SYMBOLS);
  decodeSymbols(decoder, symbols, tables, tableIndex);
  decoder.finish();
  return symbols;
}

const drawSymbols = (random: Random) =>
  Int32Array.from({ length: SYMBOLS }, () => (random(50) === 0 ? random(2000) - 1000 : random(3) - 1));

const header: ContainerHeader = {
  bundleHash: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  channels: 1,
  height: 28,
  width: 28,
  count: 0,
  prior: 'factorized',
  quality: 3,
};

/** Containers of up to three chunks; chunk i of every one holds i + 1 images and a payload of its own. */
async function sampleContainer(random: Random): Promise<{ bytes: Uint8Array; payloads: Uint8Array[] }> {
  const payloads = Array.from({ length: random(4) }, () =>
    Uint8Array.from({ length: random(60) }, () => random(256)),
  );
  const pieces: number[] = [];
  const images = payloads.reduce((sum, _, i) => sum + i + 1, 0);
  const head = { ...header, count: random(2) * images };
  const writer = await createContainerWriter({ write: (bytes) => void pieces.push(...bytes) }, head);
  for (const [i, payload] of payloads.entries()) await writer.writeChunk({ imageCount: i + 1, payload });
  await writer.finish();
  return { bytes: Uint8Array.from(pieces), payloads };
}

/** A chunk that was given out must be one that was written. */
function expectWritten(
  chunk: { firstImage: number; payload: Uint8Array },
  payloads: readonly Uint8Array[],
): void {
  const place = [0, 1, 3].indexOf(chunk.firstImage);
  expect(Buffer.compare(chunk.payload, payloads[place] ?? new Uint8Array(0))).toBe(0);
}

/** Counts how often reading ended well and with a ConvaeError; anything else fails the test. */
async function outcome(counts: { read: number; refused: number }, task: () => unknown): Promise<void> {
  try {
    await task();
    counts.read++;
  } catch (error) {
    if (!(error instanceof ConvaeError)) throw error;
    counts.refused++;
  }
}

const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
});

// A busy machine takes several times the usual 30 seconds for all of them.
describe('mutated bytes end in what was written or a ConvaeError', { timeout: 240_000 }, () => {
  const start = process.memoryUsage().rss;
  afterAll(() => {
    expect(process.memoryUsage().rss - start).toBeLessThan(200 << 20);
  });

  it(`single image streams, ${ROUNDS.images} times`, async () => {
    const random = randomIntegers(1);
    const counts = { read: 0, refused: 0 };
    for (let round = 0; round < ROUNDS.images; round++) {
      const payload = encodePayload(drawSymbols(random));
      const size = random(2) ? { size: { height: 1 + random(5000), width: 1 + random(5000) } } : {};
      const bytes = writeImageStream({ prior: 'factorized', quality: random(16), ...size, payload });
      const mutated = mutate(bytes, random);
      await outcome(counts, () => {
        const image = readImageStream(mutated);
        const symbols = decodePayload(image.payload);
        // Without a checksum, damage may decode; but only bytes that the encoder writes do.
        expect(Buffer.compare(writeImageStream({ ...image, payload: encodePayload(symbols) }), mutated)).toBe(
          0,
        );
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.images / 2);
    expect(counts.read).toBeGreaterThan(0);
  });

  it(`table files, ${ROUNDS.tables} times`, async () => {
    const random = randomIntegers(2);
    const counts = { read: 0, refused: 0 };
    const whole = serializeTables(tables);
    for (let round = 0; round < ROUNDS.tables; round++) {
      const mutated = mutate(whole, random);
      await outcome(counts, () => {
        expect(Buffer.compare(serializeTables(parseTables(mutated)), mutated)).toBe(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.tables / 2);
  });

  it(`context models, ${ROUNDS.context} times`, async () => {
    const random = randomIntegers(9);
    const counts = { read: 0, refused: 0 };
    const whole = serializeContext(tinyContextModel());
    for (let round = 0; round < ROUNDS.context; round++) {
      const mutated = mutate(whole, random);
      await outcome(counts, () => {
        expect(Buffer.compare(serializeContext(parseContext(mutated)), mutated)).toBe(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.context / 4);
    expect(counts.read).toBeGreaterThan(0);
  });

  it(`pixel context models, ${ROUNDS.pixels} times`, async () => {
    const random = randomIntegers(11);
    const counts = { read: 0, refused: 0 };
    const whole = serializePixels(randomPixelModel());
    for (let round = 0; round < ROUNDS.pixels; round++) {
      const mutated = mutate(whole, random);
      await outcome(counts, () => {
        expect(Buffer.compare(serializePixels(parsePixels(mutated)), mutated)).toBe(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.pixels / 4);
    expect(counts.read).toBeGreaterThan(0);
  });

  it(`containers read as streams, ${ROUNDS.streams} times`, async () => {
    const random = randomIntegers(3);
    const counts = { read: 0, refused: 0 };
    for (let round = 0; round < ROUNDS.streams; round++) {
      const { bytes, payloads } = await sampleContainer(random);
      const mutated = mutate(bytes, random);
      async function* stream() {
        const cut = random(mutated.length + 1);
        yield mutated.subarray(0, cut);
        yield mutated.subarray(cut);
      }
      await outcome(counts, async () => {
        const container = await readContainer(stream());
        for await (const chunk of container.chunks) expectWritten(chunk, payloads);
        expect(Buffer.compare(mutated, bytes)).toBe(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.streams / 2);
  });

  it(`containers opened for random access, ${ROUNDS.files} times`, async () => {
    const random = randomIntegers(4);
    const counts = { read: 0, refused: 0 };
    for (let round = 0; round < ROUNDS.files; round++) {
      const { bytes, payloads } = await sampleContainer(random);
      await outcome(counts, async () => {
        const file = await openContainer(sourceOf(mutate(bytes, random)));
        for (const entry of file.entries) {
          await outcome(counts, async () => expectWritten(await file.readChunk(entry), payloads));
        }
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.files / 2);
  });

  it(`salvaged containers, ${ROUNDS.salvage} times`, async () => {
    const random = randomIntegers(5);
    const counts = { read: 0, refused: 0 };
    let saved = 0;
    for (let round = 0; round < ROUNDS.salvage; round++) {
      const { bytes, payloads } = await sampleContainer(random);
      await outcome(counts, async () => {
        const { entries } = await openContainer(sourceOf(bytes));
        const mutated = Buffer.from(mutate(bytes, random));
        const { container, lost, imageCount } = await salvageContainer(sourceOf(mutated));
        for (const entry of container.entries) expectWritten(await container.readChunk(entry), payloads);
        const whole = entries.filter(({ offset, length }) =>
          mutated.includes(Buffer.from(bytes.subarray(offset, offset + length))),
        );
        expect(container.entries.map((entry) => entry.firstImage)).toEqual(
          whole.map((entry) => entry.firstImage),
        );
        saved += whole.length;
        const gone = lost.reduce((sum, gap) => sum + gap.imageCount, 0);
        if (imageCount !== undefined) expect(gone + container.imageCount).toBe(imageCount);
      });
    }
    expect(counts.read).toBeGreaterThan(ROUNDS.salvage / 2);
    expect(saved).toBeGreaterThan(ROUNDS.salvage / 4);
  });
});

describe('a codec fed with mutated bytes ends in whole images or a ConvaeError', { timeout: 240_000 }, () => {
  const tinyFiles = async (context = false): Promise<Map<string, Uint8Array>> =>
    (await createCodedBundle({ context })).contents;
  const filesOf = (contents: ReadonlyMap<string, Uint8Array>) => ({
    location: 'memory',
    read: async (name: string) => {
      const bytes = contents.get(name);
      if (bytes) return bytes;
      throw new ConvaeError('NOT_FOUND', name);
    },
  });

  it(`manifests and table files, ${ROUNDS.bundles} times`, async () => {
    const random = randomIntegers(6);
    const counts = { read: 0, refused: 0 };
    const whole = await tinyFiles();
    for (let round = 0; round < ROUNDS.bundles; round++) {
      const contents = new Map(whole);
      if (random(2)) contents.set('manifest.json', mutate(contents.get('manifest.json')!, random));
      else await replaceFile(contents, 'tables', mutate(contents.get('tables.bin')!, random));
      await outcome(counts, async () => {
        const { manifest, coding } = await loadBundle(filesOf(contents));
        if (coding) new EntropyModel(manifest, coding).at(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.bundles / 2);
    expect(counts.read).toBeGreaterThan(0);
  });

  it(`bundles with a context model, ${ROUNDS.contextBundles} times`, async () => {
    const random = randomIntegers(10);
    const counts = { read: 0, refused: 0 };
    const whole = await tinyFiles(true);
    const streams = streamsOf('tiny-context');
    for (let round = 0; round < ROUNDS.contextBundles; round++) {
      const contents = new Map(whole);
      if (random(2)) contents.set('manifest.json', mutate(contents.get('manifest.json')!, random));
      else await replaceFile(contents, 'context', mutate(contents.get('context.bin')!, random));
      await outcome(counts, async () => {
        const { manifest, coding } = await loadBundle(filesOf(contents));
        const model = new EntropyModel(manifest, coding);
        // Whatever model it is, what it decodes is what it would have encoded.
        const bytes = streams[random(streams.length)]!;
        const { symbols, prior, quality } = decodeImageSymbols(manifest, model, bytes);
        if (prior === 'factorized') return;
        const encoder = new RangeEncoder();
        encodeContextSymbols(encoder, symbols.data, model.context(), symbols, quality);
        expect(Buffer.compare(encoder.finish(), readImageStream(bytes).payload)).toBe(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.contextBundles / 4);
    expect(counts.read).toBeGreaterThan(0);
  });

  it.each([false, true])(`lossless bundles, copies %s, ${ROUNDS.pixelBundles / 2} times`, async (copies) => {
    const random = randomIntegers(12);
    const counts = { read: 0, refused: 0 };
    const [whole, streams] = await losslessFiles(copies);
    for (let round = 0; round < ROUNDS.pixelBundles / 2; round++) {
      const contents = new Map(whole);
      if (random(2)) contents.set('manifest.json', mutate(contents.get('manifest.json')!, random));
      else await replaceFile(contents, 'context', mutate(contents.get('context.bin')!, random));
      await outcome(counts, async () => {
        await using codec = await loadCodec(filesOf(contents));
        // Whatever model it is, what it decodes is what it would have encoded.
        const bytes = streams[random(streams.length)]!;
        expect(Buffer.compare(await codec.encode(await codec.decode(bytes)), bytes)).toBe(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.pixelBundles / 8);
    expect(counts.read).toBeGreaterThan(0);
  });

  it.each([false, true])(`streams, copies %s, ${ROUNDS.pixelStreams / 2} times`, async (copies) => {
    const random = randomIntegers(13);
    const counts = { read: 0, refused: 0 };
    const [whole, streams] = await losslessFiles(copies);
    const codec = await loadCodec(filesOf(whole));
    for (let round = 0; round < ROUNDS.pixelStreams / 2; round++) {
      const mutated = mutate(streams[random(streams.length)]!, random);
      await outcome(counts, async () => {
        const image = await codec.decode(mutated);
        expect(Buffer.compare(await codec.encode(image), mutated)).toBe(0);
      });
    }
    expect(counts.refused).toBeGreaterThan(ROUNDS.pixelStreams / 8);
    expect(counts.read).toBeGreaterThan(0);
  });

  it.each([
    ['tiny-bundle', ROUNDS.coded],
    ['tiny-context', ROUNDS.contextCoded],
  ] as const)('streams of %s decoded to symbols, %i times', async (folder, rounds) => {
    const random = randomIntegers(7);
    const counts = { read: 0, refused: 0 };
    const { manifest, coding } = await loadBundle(filesOf(await tinyFiles(folder === 'tiny-context')));
    const model = new EntropyModel(manifest, coding);
    const streams = streamsOf(folder);
    for (let round = 0; round < rounds; round++) {
      const mutated = mutate(streams[random(streams.length)]!, random);
      await outcome(counts, () => {
        const { symbols, height, width } = decodeImageSymbols(manifest, model, mutated);
        expect(symbols.data.length).toBe(2 * Math.ceil(height / 4) * Math.ceil(width / 4));
      });
    }
    expect(counts.refused).toBeGreaterThan(rounds / 4);
    expect(counts.read).toBeGreaterThan(0);
  });

  it.each([
    ['tiny-bundle', ROUNDS.codec],
    ['tiny-context', ROUNDS.contextCodec],
    ['tiny-lossless-1', ROUNDS.pixelCodec],
  ] as const)('containers of %s decoded to images, %i times', async (folder, rounds) => {
    const random = randomIntegers(8);
    const counts = { read: 0, refused: 0 };
    const lossless = folder === 'tiny-lossless-1';
    const contents = lossless
      ? (await createLosslessBundle()).contents
      : await tinyFiles(folder === 'tiny-context');
    const codec = await loadCodec(filesOf(contents), { threads: 1 });
    const stored = golden(`${folder}/images.cae`);
    const whole = await imagesOf(await codec.openContainer(sourceOf(stored)));
    for (let round = 0; round < rounds; round++) {
      const mutated = mutate(stored, random);
      await outcome(counts, async () => {
        const container = await codec.openContainer(sourceOf(mutated), { salvage: random(2) === 1 });
        // What a container gives in spite of damage is what it held.
        for (const [i, image] of await imagesOf(container)) expect(image).toEqual(whole.get(i));
      });
    }
    await codec.dispose();
    expect(counts.refused).toBeGreaterThan(rounds / 4);
    expect(counts.read).toBeGreaterThan(rounds / 10);
  });
});

/** The files of a tiny lossless bundle, and its stored streams. */
async function losslessFiles(copies: boolean): Promise<[Map<string, Uint8Array>, Uint8Array[]]> {
  const { contents } = await createLosslessBundle(copies ? 4 : 1, copies);
  return [contents, streamsOf(copies ? 'tiny-lossless-copies' : 'tiny-lossless-1')];
}

/** The stored streams of a tiny bundle. */
const streamsOf = (folder: string): Uint8Array[] =>
  goldenJson<{ bytes: string }[]>(`${folder}/streams.json`).map(({ bytes }) => fromHex(bytes));

/** Changes a file and makes the manifest say so, as a hostile exporter would. */
async function replaceFile(
  contents: Map<string, Uint8Array>,
  which: 'tables' | 'context',
  bytes: Uint8Array,
): Promise<void> {
  const manifest = JSON.parse(new TextDecoder().decode(contents.get('manifest.json')!));
  const file = `${which}.bin`;
  manifest[which] = { file, bytes: bytes.length, sha256: await sha256Hex(bytes) };
  contents.set('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
  contents.set(file, bytes);
}

/** The images of a container by their numbers. */
async function imagesOf(container: OpenedContainer): Promise<Map<number, Uint8Array>> {
  const found = new Map<number, Uint8Array>();
  for await (const { firstImage, images } of container.images()) {
    const size = images.height * images.width * images.channels;
    for (let i = 0; i < images.count; i++)
      found.set(firstImage + i, images.data.slice(i * size, (i + 1) * size));
  }
  return found;
}
