/// <reference lib="dom" />
import { bundleUrl, type LoadProgress, loadCodec, type WebLoadOptions } from '@convae/runtime/web';
import { webgpu } from '@convae/runtime/webgpu';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';

const BUNDLE = '/test/vectors/data/tiny-bundle';
const PAGE = '<!doctype html><title>Single-page application</title>';

/** What a server with these contents and this MIME type answers. */
const served = (contents: BlobPart, type: string): string =>
  URL.createObjectURL(new Blob([contents], { type }));

const failure = (options: WebLoadOptions, bundle = BUNDLE): Promise<unknown> =>
  loadCodec(bundle, { cache: false, ...options }).then(
    () => 'loaded',
    (error: unknown) => error,
  );

afterEach(() => vi.restoreAllMocks());

/** Answers requests whose address ends so with this response, and all others as they are. */
function answer(end: string, response: () => Response): void {
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) =>
    String(input).endsWith(end) ? response() : real(input, init),
  );
}

// In this order: ONNX Runtime starts once in a page, so what comes before must not have started it.
describe('ONNX Runtime’s WebAssembly', () => {
  it.each([
    ['a page instead of the file', served(PAGE, 'text/html'), 'is an HTML page'],
    ['a page with the MIME type of the file', served(PAGE, 'application/wasm'), 'is an HTML page'],
    ['another MIME type', served('\0asm', 'text/plain'), 'has the MIME type text/plain'],
    ['something else', served('PK', 'application/wasm'), 'begins with 504b'],
    ['no such file', '/nowhere.wasm', '/nowhere.wasm'],
  ])('is refused where it is %s, and can be had afterwards', async (_, wasm, message) => {
    expect(await failure({ wasmPaths: { wasm } })).toMatchObject({
      code: 'DEPENDENCY_MISSING',
      message: expect.stringContaining(message),
    });
  });

  it('stops loading where the signal says so', async () => {
    const signal = AbortSignal.abort('enough');
    expect(await failure({ signal })).toMatchObject({ code: 'ABORTED', cause: 'enough' });
    const controller = new AbortController();
    const onProgress = ({ file }: LoadProgress) => file.endsWith('.wasm') && controller.abort('late');
    expect(await failure({ signal: controller.signal, onProgress })).toMatchObject({
      code: 'ABORTED',
      cause: 'late',
    });
  });

  it('is loaded once, with progress, from this origin', async () => {
    const seen: LoadProgress[] = [];
    await using codec = await loadCodec(BUNDLE, {
      threads: 1,
      onProgress: (progress) => seen.push(progress),
    });
    expect(codec).toMatchObject({ executionProvider: 'wasm', threads: 1, notices: [] });
    const last = seen.filter(({ file }) => file === 'ort-wasm-simd-threaded.wasm').at(-1)!;
    expect(last.loaded).toBeGreaterThan(10e6);
    expect(last.total ?? last.loaded).toBe(last.loaded);
    const [first, ...files] = new Set(seen.map(({ file }) => file));
    expect(first).toBe('manifest.json');
    expect(files).toEqual(expect.arrayContaining(['encoder.onnx', 'decoder.onnx', 'tables.bin']));

    const again: string[] = [];
    await using second = await loadCodec(BUNDLE, { onProgress: ({ file }) => again.push(file) });
    expect(again.filter((file) => file.endsWith('.wasm'))).toEqual([]);
    expect(await second.encode(noiseImages(1))).toEqual(await codec.encode(noiseImages(1)));
    const origins = performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin);
    expect(new Set(origins.filter((origin) => origin !== 'null'))).toEqual(new Set([location.origin]));
  });
});

it('stops loading where the signal says so after the last file', async () => {
  const controller = new AbortController();
  const { location, read } = bundleUrl(BUNDLE);
  const stopping: typeof read = async (name, maxBytes) => {
    if (name === 'tables.bin') controller.abort('late');
    return read(name, maxBytes);
  };
  const loading = loadCodec({ location, read: stopping }, { signal: controller.signal, threads: 1 });
  await expect(loading).rejects.toMatchObject({ code: 'ABORTED', cause: 'late' });
});

describe('a bundle’s address', () => {
  it.each([
    BUNDLE,
    `${BUNDLE}/`,
    `${BUNDLE}/manifest.json`,
    `${BUNDLE}?version=2`,
    new URL(BUNDLE, location.href),
  ])('%s is taken', async (url) => {
    await using codec = await loadCodec(url, { threads: 1 });
    expect(codec.manifest.name).toBe('tiny');
  });

  it('may be given as files', async () => {
    await using codec = await loadCodec(bundleUrl(BUNDLE), { threads: 1 });
    expect(codec.manifest.name).toBe('tiny');
  });

  it('that is none is a mistake in the arguments', async () => {
    for (const wrong of [undefined, 7, {}, 'http://']) {
      await expect(loadCodec(wrong as never)).rejects.toThrow(TypeError);
    }
  });
});

describe('a server', () => {
  it('that answers a missing file with its page is found out', async () => {
    answer('decoder.onnx', () => new Response(PAGE, { headers: { 'content-type': 'text/html' } }));
    expect(await failure({ threads: 1 })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/decoder\.onnx is an HTML page/),
    });
  });

  it('that says 404 is quoted', async () => {
    answer('manifest.json', () => new Response('', { status: 404, statusText: 'Not Found' }));
    expect(await failure({})).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/manifest\.json cannot be fetched: the server answered 404 Not Found/),
    });
  });

  it('that gives other bytes is found out', async () => {
    answer('encoder.onnx', () => new Response(new Uint8Array(954)));
    expect(await failure({})).toMatchObject({ code: 'HASH_MISMATCH' });
  });

  it('that never stops sending is stopped', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1 << 19)),
    });
    answer('manifest.json', () => new Response(endless));
    expect(await failure({})).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('options', () => {
  it('refuse what this platform does not have', async () => {
    for (const options of [
      { executionProviders: ['cuda'] },
      { executionProviders: ['cpu'] },
      { executionProviders: 'fastest' },
      { executionProviders: 'auto', strict: true },
      { executionProviders: [] },
      { threads: 0 },
    ]) {
      await expect(loadCodec(BUNDLE, options as never)).rejects.toThrow(
        /^expected .* for options\.|^expected options/,
      );
    }
  });
});

describe('WebGPU', () => {
  const named = { executionProviders: ['webgpu', 'wasm'] } as const;
  const advice =
    /^expected WebGPU for options\.webgpu, received .*: import \{ webgpu \} from '@convae\/runtime\/webgpu'/;

  it('is refused by name where the page has not imported it, with what to import', async () => {
    for (const options of [named, { ...named, webgpu: {} }, { webgpu: null }]) {
      const error = await failure(options as never);
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ message: expect.stringMatching(advice) });
    }
  });

  it('is passed over by auto, with what to import', async () => {
    await using codec = await loadCodec(BUNDLE, { executionProviders: 'auto', threads: 1 });
    expect(['wasm', 'builtin']).toContain(codec.executionProvider);
    expect(codec.passedOver).toContainEqual({
      provider: 'webgpu',
      reason: expect.stringContaining("from '@convae/runtime/webgpu'"),
    });
  });

  it('runs where it is given', async () => {
    await using codec = await loadCodec(BUNDLE, { ...named, webgpu, threads: 1 });
    expect(codec).toMatchObject({ executionProvider: 'webgpu', passedOver: [] });
  });
});
