import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundleFiles } from '../../bundle/files.js';
import { loadAnyBundle } from '../../bundle/load.js';
import type { Codec, OpenedContainer } from '../../codec/interface.js';
import type { LoadOptions } from '../../codec/load-options.js';
import { type ImageBatch, sliceBatch, toFloatImages } from '../../image.js';
import { joinBatches } from '../../join-batches.js';
import { createCodedBundle, withTraining } from '../../testing/coded-bundle.js';
import { codingContract, containerOf, sourceOf, streamOf } from '../../testing/coding-contract.js';
import { expectRejection, noiseImages } from '../../testing/expectations.js';
import { createLosslessBundle } from '../../testing/lossless-bundle.js';
import { losslessContract } from '../../testing/lossless-contract.js';
import { openCodec } from '../load-codec.js';
import { ThreadPool } from './pool.js';

/** A thread runs what is built. */
const SCRIPT = new URL('../../../dist/node/threads/script.js', import.meta.url);

/** A codec whose threads start with the second part of a call: how fast the machine is does not matter. */
async function withThreads(
  bundle: BundleFiles,
  threads: number,
  { script = SCRIPT, ...options }: LoadOptions & { script?: URL } = {},
): Promise<Codec> {
  return openCodec(await loadAnyBundle(bundle), { ...options, threads }, { startAfter: 0, script });
}

/** With a lambda, so that there are efforts. */
const BUNDLE = createCodedBundle({ context: true, gains: true }).then((coded) =>
  withTraining(coded, { rate: { lambdas: [1, 3, 10, 30] } }),
);

const threaded = async (threads: number, script?: URL): Promise<Codec> =>
  withThreads(await BUNDLE, threads, script && { script });

/** 38 chunks; of a batch, three parts. */
const IMAGES = noiseImages(600);
const CHUNK = { chunk: 16 };
const LARGE = noiseImages(9000);

async function decoded(codec: Codec, bytes: Uint8Array): Promise<ImageBatch> {
  const { images } = await codec.decodeContainer(streamOf(bytes));
  return inOrder(images);
}

async function inOrder(images: AsyncIterable<{ firstImage: number; images: ImageBatch }>) {
  const all = [];
  let next = 0;
  for await (const placed of images) {
    expect(placed.firstImage).toBe(next);
    next += placed.images.count;
    all.push(placed.images);
  }
  return joinBatches(all);
}

describe('Node CPU, two threads', () => codingContract((bundle, options) => withThreads(bundle, 2, options)));
losslessContract('Node, two threads', (bundle) => withThreads(bundle, 2));

describe('a codec with threads', () => {
  it.each([{ prior: 'factorized' }, { prior: 'context' }, { prior: 'factorized', effort: 1 }] as const)(
    'gives the bytes and images of one thread, in order: %o',
    async (options) => {
      await using single = await threaded(1);
      const bytes = await containerOf(single, [IMAGES], { ...options, ...CHUNK });
      const images = await decoded(single, bytes);
      for (const threads of [2, 3]) {
        await using codec = await threaded(threads);
        expect(codec.threads).toBe(threads);
        expect(await containerOf(codec, [IMAGES], { ...options, ...CHUNK })).toEqual(bytes);
        expect(await decoded(codec, bytes)).toEqual(images);
        const container = await codec.openContainer(sourceOf(bytes));
        expect(await inOrder(container.images())).toEqual(images);
      }
    },
  );

  it.each(['uint8', 'float32'] as const)('cuts a batch of %s images into parts', async (kind) => {
    await using single = await threaded(1);
    await using codec = await threaded(2);
    const images = kind === 'uint8' ? LARGE : toFloatImages(LARGE);
    expect(await codec.encodeBatch(images)).toEqual(await single.encodeBatch(images));
  });

  it('serves images of several sizes, and leaves the memory of the caller alone', async () => {
    await using single = await threaded(1);
    await using codec = await threaded(2);
    const sizes = [8, 17, 24, 9, 8, 30].map((side, i) => noiseImages(20 + i, side, side + i));
    const bytes = await containerOf(single, sizes, CHUNK);
    async function* reused() {
      const memory = Buffer.alloc(100_000);
      for (const images of sizes) {
        const data = memory.subarray(0, images.data.length);
        data.set(images.data);
        yield { ...images, data };
        memory.fill(0);
      }
    }
    const pieces: Uint8Array[] = [];
    await codec.encodeContainer(
      reused(),
      { write: (piece) => void pieces.push(new Uint8Array(piece)) },
      CHUNK,
    );
    expect(new Uint8Array(Buffer.concat(pieces))).toEqual(bytes);
  });

  it('serves lossless bundles and the builtin provider', async () => {
    const lossless = await createLosslessBundle();
    const coded = await createCodedBundle();
    for (const open of [
      (threads: number) => withThreads(lossless, threads),
      (threads: number) => withThreads(coded, threads, { executionProviders: ['builtin'], strict: true }),
    ]) {
      await using single = await open(1);
      await using codec = await open(2);
      const bytes = await containerOf(single, [IMAGES], CHUNK);
      expect(await containerOf(codec, [IMAGES], CHUNK)).toEqual(bytes);
      expect(await decoded(codec, bytes)).toEqual(await decoded(single, bytes));
    }
  });

  it('tells how many images are coded, never fewer than before', async () => {
    await using codec = await threaded(2);
    const told: number[] = [];
    await containerOf(codec, [IMAGES], { ...CHUNK, onProgress: (images: number) => told.push(images) });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(IMAGES.count);
  });

  it('serves calls that overlap', async () => {
    await using codec = await threaded(2);
    const calls = [10, 200, 600].map((end) => containerOf(codec, [sliceBatch(IMAGES, 0, end)], CHUNK));
    const counts = (await Promise.all(calls)).map(async (bytes) => (await decoded(codec, bytes)).count);
    expect(await Promise.all(counts)).toEqual([10, 200, 600]);
  });

  it('starts none for a single chunk', async () => {
    await using codec = await threaded(2, new URL('missing.mjs', SCRIPT));
    const bytes = await containerOf(codec, [sliceBatch(IMAGES, 0, 16)], CHUNK);
    expect((await decoded(codec, bytes)).count).toBe(16);
    await expectRejection(containerOf(codec, [IMAGES], CHUNK), { code: 'RUN_FAILED' });
  });

  it('starts them after some work, where three times their start is left to do', async () => {
    const data = { bundle: await loadAnyBundle(await BUNDLE), options: { threads: 1 } };
    const pool = new ThreadPool(data, 2, { startAfter: 200, script: SCRIPT });
    const before = process.listenerCount('exit');
    const started = (elapsed: number, left: number) => {
      expect(pool.ready(elapsed, left)).toBe(false);
      return process.listenerCount('exit') > before;
    };
    for (const [elapsed, left] of [
      [0, Number.POSITIVE_INFINITY],
      [199, Number.POSITIVE_INFINITY],
      [200, 599],
    ] as const)
      expect(started(elapsed, left)).toBe(false);
    expect(started(200, 600)).toBe(true);
    await pool.dispose();
  });
});

describe('a call of a codec with threads', () => {
  it('stops when the signal says so, and the next one goes on', async () => {
    await using codec = await threaded(2);
    const stop = new AbortController();
    const sink = { write: (bytes: Uint8Array) => void (bytes.length > 40 && stop.abort('enough')) };
    const call = codec.encodeContainer([IMAGES], sink, { ...CHUNK, signal: stop.signal });
    await expectRejection(call, { code: 'ABORTED', cause: 'enough' });
    const bytes = await containerOf(codec, [IMAGES], CHUNK);
    const decoding = new AbortController();
    const { images } = await codec.decodeContainer(streamOf(bytes), { signal: decoding.signal });
    expect((await images.next()).value?.firstImage).toBe(0);
    decoding.abort();
    await expectRejection(images.next(), { code: 'ABORTED' });
    expect((await decoded(codec, bytes)).count).toBe(IMAGES.count);
  });

  it('that is left early ends its work', async () => {
    await using codec = await threaded(2);
    const bytes = await containerOf(codec, [IMAGES], CHUNK);
    for (let round = 0; round < 3; round++) {
      const { images } = await codec.decodeContainer(streamOf(bytes));
      let seen = 0;
      for await (const placed of images) {
        seen += placed.images.count;
        if (seen > 40) break;
      }
    }
    expect((await decoded(codec, bytes)).count).toBe(IMAGES.count);
  });

  it('salvages and reports as one thread does', async () => {
    const salvaged = async (codec: Codec, bytes: Uint8Array) => {
      const container: OpenedContainer = await codec.openContainer(sourceOf(bytes), { salvage: true });
      const placed = [];
      for await (const { firstImage, images } of container.images())
        for (let i = 0; i < images.count; i++)
          placed.push([firstImage + i, sliceBatch(images, i, i + 1).data]);
      return { placed, lost: container.lost, problems: container.problems.map(({ code }) => code) };
    };
    const strict = async (codec: Codec, bytes: Uint8Array) => {
      let count = 0;
      const { images } = await codec.decodeContainer(streamOf(bytes));
      try {
        for await (const placed of images) count = placed.firstImage + placed.images.count;
      } catch (error) {
        return { count, error: (error as { code: string }).code };
      }
      return { count };
    };
    await using single = await threaded(1);
    await using codec = await threaded(2);
    const whole = await containerOf(single, [IMAGES], CHUNK);
    for (const at of [0.3, 0.5, 0.9]) {
      const bytes = whole.slice();
      bytes[Math.floor(bytes.length * at)]! ^= 255;
      const expected = await salvaged(single, bytes);
      expect(expected.lost.length).toBe(1);
      expect(await salvaged(codec, bytes)).toEqual(expected);
      expect(await strict(codec, bytes)).toEqual(await strict(single, bytes));
    }
  });

  it('rejects when the codec is disposed of, at whatever moment', async () => {
    for (const chunks of [0, 1, 2, 5, 20]) {
      const codec = await threaded(2);
      let [written, disposal] = [0, undefined as Promise<void> | undefined];
      const write = (): void => {
        if (written++ === chunks) disposal = codec.dispose();
      };
      const call = codec.encodeContainer([IMAGES], { write }, { ...CHUNK, prior: 'context' });
      await expectRejection(call, { code: 'DISPOSED' });
      await disposal;
      await expectRejection(containerOf(codec, [IMAGES]), { code: 'DISPOSED' });
    }
  });
});

describe('a thread that ends by itself', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convae-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['with an exit', 'process.exit(3)'],
    ['with an error that nobody catches', "throw new Error('broken')"],
  ])('%s fails the call, and the codec serves on', async (_, end) => {
    const script = join(folder, `${end.length}.mjs`);
    // The last chunk, which one thread gets.
    const ending = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ given }) => { if (given?.images?.count === 8) { ${end} } });`;
    await writeFile(script, `${ending}\nimport ${JSON.stringify(SCRIPT.href)};\n`);
    await using codec = await threaded(2, pathToFileURL(script));
    await expectRejection(containerOf(codec, [IMAGES], CHUNK), { code: 'RUN_FAILED' });
    const bytes = await containerOf(codec, [IMAGES], { chunk: 20 });
    expect(await decoded(codec, bytes)).toMatchObject({ count: IMAGES.count });
  });
});
