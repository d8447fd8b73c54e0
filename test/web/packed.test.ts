/// <reference lib="dom" />
import { bundleUrl, loadCodec } from '@convae/runtime/web';
import { createWorkerCodec } from '@convae/runtime/worker';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256Hex } from '../../packages/runtime/src/bundle/load.js';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';

const BUNDLE = '/test/vectors/data/tiny-context';
const PACK = '/test/vectors/data/packed/tiny-context.convae';
const DECODER = '/test/vectors/data/packed/tiny-context-decoder.convae';

const bytesOf = async (url: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(url)).arrayBuffer());
const pack = await bytesOf(PACK);
const hash = await sha256Hex(pack);
const threads = 1;
const image = noiseImages(1);

await using whole = await loadCodec(BUNDLE, { threads, cache: false });
const coded = await whole.encode(image);
const decoded = await whole.decode(coded);

/** The last parts of the addresses that are fetched from now on. */
function fetched(): string[] {
  const names: string[] = [];
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    names.push(String(input).split('/').at(-1)!);
    return real(input, init);
  });
  return names;
}

const worker = new Worker(new URL('../../packages/runtime/src/worker/script.ts', import.meta.url), {
  type: 'module',
});
afterAll(() => worker.terminate());

/** Loads a codec and has it decode. */
async function use(source: Parameters<typeof loadCodec>[0], options = {}): Promise<void> {
  await using codec = await loadCodec(source, { threads, ...options });
  expect(await codec.decode(coded)).toEqual(decoded);
}

beforeEach(() => caches.delete('convae'));
afterEach(() => vi.restoreAllMocks());

describe('a packed bundle in a browser', () => {
  it.each<[string, Parameters<typeof loadCodec>[0]]>([
    ['an address', PACK],
    ['an address with its SHA-256', `${PACK}#sha256=${hash}`],
    ['bytes', pack],
    ['a buffer', pack.buffer],
    ['a Blob', new Blob([pack])],
    ['the address of a Blob', URL.createObjectURL(new Blob([pack]))],
    ['the address of a pack without its encoder', DECODER],
  ])('is taken as %s, in the page and in a worker', async (_, source) => {
    await use(source);
    await using codec = await createWorkerCodec(worker, source, { threads });
    expect(await codec.decode(coded)).toEqual(decoded);
  });

  it('without its encoder says so, in a worker whose page reads it, too', async () => {
    const names = ['manifest.json', 'decoder.onnx', 'tables.bin', 'context.bin'];
    const { location, read } = bundleUrl(BUNDLE);
    await using inWorker = await createWorkerCodec(worker, { location, names, read }, { threads });
    await using inPage = await loadCodec(DECODER, { threads });
    for (const codec of [inWorker, inPage])
      await expect(codec.encode(image)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('has no encoder'),
      });
  });

  it('of another SHA-256 than its address says is refused, and not kept', async () => {
    const wrong = loadCodec(`${PACK}#sha256=${'0'.repeat(64)}`);
    await expect(wrong).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
    expect(await (await caches.open('convae')).keys()).toEqual([]);
  });
});

describe('what a browser keeps', () => {
  it('is all of a folder but its manifest', async () => {
    const first = fetched();
    await use(BUNDLE);
    const rest = ['encoder.onnx', 'decoder.onnx', 'tables.bin', 'context.bin'];
    expect(first).toEqual(['manifest.json', ...rest]);
    vi.restoreAllMocks();
    const second = fetched();
    const progress: string[] = [];
    await use(BUNDLE, { onProgress: ({ file }: { file: string }) => progress.push(file) });
    expect(second).toEqual(['manifest.json']);
    expect([...new Set(progress)]).toEqual(['manifest.json', ...rest]);
  });

  it('is a pack whose address has its SHA-256: nothing is fetched again', async () => {
    await use(`${PACK}#sha256=${hash}`);
    const second = fetched();
    await use(`/nowhere/moved.convae#sha256=${hash}`);
    expect(second).toEqual([]);
  });

  it('is found by workers, too', async () => {
    await use(`${PACK}#sha256=${hash}`);
    await using codec = await createWorkerCodec(worker, `/nowhere/moved.convae#sha256=${hash}`, { threads });
    expect(await codec.decode(coded)).toEqual(decoded);
  });

  it('is nothing with cache: false', async () => {
    await use(BUNDLE, { cache: false });
    await use(`${PACK}#sha256=${hash}`, { cache: false });
    expect(await caches.has('convae')).toBe(false);
    await use(BUNDLE);
    const again = fetched();
    await use(BUNDLE, { cache: false });
    expect(again.length).toBe(5);
    await expect(use(BUNDLE, { cache: 'no' })).rejects.toThrow(/expected a boolean for options\.cache/);
  });

  it('is fetched again where it was damaged', async () => {
    await use(BUNDLE);
    const cache = await caches.open('convae');
    const [first] = await cache.keys();
    const right = new Uint8Array(await (await cache.match(first!))!.arrayBuffer());
    await cache.put(first!, new Response(right.map((byte) => byte ^ 1)));
    const names = fetched();
    await use(BUNDLE);
    expect(names).toEqual(['manifest.json', 'encoder.onnx']);
    expect(new Uint8Array(await (await cache.match(first!))!.arrayBuffer())).toEqual(right);
  });

  it('is no more than 64 files', async () => {
    const cache = await caches.open('convae');
    for (let i = 0; i < 64; i++) await cache.put(`https://convae.invalid/sha256/${i}`, new Response('old'));
    await use(BUNDLE);
    const keys = await cache.keys();
    expect(keys.length).toBe(64);
    expect(keys[0]!.url).toMatch(/\/4$/);
  });

  it('does not matter where it fails: a private window, a full disk', async () => {
    vi.spyOn(caches, 'open').mockRejectedValue(new DOMException('private', 'SecurityError'));
    await use(BUNDLE);
    vi.restoreAllMocks();
    vi.spyOn(Cache.prototype, 'put').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
    await use(BUNDLE);
    await use(`${PACK}#sha256=${hash}`);
    vi.restoreAllMocks();
    vi.spyOn(Cache.prototype, 'match').mockRejectedValue(new DOMException('broken', 'UnknownError'));
    await use(BUNDLE);
  });
});
