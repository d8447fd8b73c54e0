import { afterAll, describe, expect, it } from 'vitest';
import type { Codec } from '../codec/interface.js';
import { ConvaeError } from '../errors.js';
import { loadCodec } from '../node/load-codec.js';
import { codecContract } from '../testing/codec-contract.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { containerOf, sourceOf, streamOf } from '../testing/coding-contract.js';
import { expectRejection, noiseImages } from '../testing/expectations.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { createWorkerCodec, type LoadCodec, serveCodec, type WorkerCodecOptions } from './index.js';

const ports: MessagePort[] = [];
afterAll(() => {
  for (const port of ports) port.close();
});

/** What stands for a worker: the same messages between two ports, both on this thread, with onnxruntime-node. */
function servedWorker(load: LoadCodec = (bundle) => loadCodec(bundle, { threads: 1 })): MessagePort {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serveCodec({ scope: port2, load });
  return port1;
}

const worker = servedWorker((bundle, { batchSize }: { batchSize?: number }) =>
  loadCodec(bundle, { threads: 1, batchSize }),
);

codecContract('Node CPU across a port', (bundle, options) => createWorkerCodec(worker, bundle, options));

async function coded(options?: WorkerCodecOptions): Promise<Codec> {
  return createWorkerCodec(worker, await createCodedBundle(), options);
}

describe('createWorkerCodec', () => {
  it('leaves the buffers of images alone, and moves them where it may', async () => {
    await using codec = await coded();
    const images = noiseImages(3);
    await codec.embed(images);
    expect(images.data.length).toBe(3 * 64);
    await using taking = await coded({ transferInputs: true });
    const latents = await taking.embed(images);
    expect(images.data.length).toBe(0);
    expect(latents).toEqual(await codec.embed(noiseImages(3)));
  });

  it('gives results whose buffers hold nothing else', async () => {
    await using codec = await coded();
    const streams = await codec.encodeBatch(noiseImages(3));
    for (const { buffer, length } of streams) expect(buffer.byteLength).toBe(length);
  });

  it('keeps errors of the caller’s own sinks, sources and sequences as they are', async () => {
    await using codec = await coded();
    class Full extends Error {}
    const full = new Full('disk full');
    const sink = {
      write: () => {
        throw full;
      },
    };
    await expect(codec.encodeContainer([noiseImages(2)], sink)).rejects.toBe(full);
    const images = (function* () {
      yield noiseImages(2);
      throw full;
    })();
    await expect(codec.encodeContainer(images, { write: () => undefined })).rejects.toBe(full);
    const source = { size: 500, read: () => Promise.reject(full) };
    await expect(codec.openContainer(source)).rejects.toBe(full);
  });

  it('tells the caller’s sequences when no more of them is wanted', async () => {
    await using codec = await coded();
    const bytes = await containerOf(codec, [noiseImages(40)], { chunk: 2 });
    let ended = false;
    async function* stream() {
      try {
        yield* streamOf(bytes);
      } finally {
        ended = true;
      }
    }
    const { images } = await codec.decodeContainer(stream());
    for await (const { firstImage } of images) if (firstImage === 4) break;
    expect(ended).toBe(true);
  });

  it('rejects at once where the signal says stop, and writes nothing afterwards', async () => {
    await using codec = await coded();
    const controller = new AbortController();
    let [writes, stopped] = [0, false];
    const sink = {
      write: () => {
        expect(stopped).toBe(false);
        writes += 1;
        if (writes !== 2) return;
        controller.abort('enough');
        stopped = true;
      },
    };
    const encoding = codec.encodeContainer([noiseImages(30)], sink, { chunk: 1, signal: controller.signal });
    await expectRejection(encoding, { code: 'ABORTED', cause: 'enough' });
    const bytes = await containerOf(codec, [noiseImages(4)]);
    expect((await (await codec.openContainer(sourceOf(bytes))).decodeAt(3)).count).toBe(1);
    expect(writes).toBe(2);
  });

  it('refuses what cannot be sent, and what is no worker', async () => {
    await using codec = await coded();
    await expectRejection(codec.encode((() => 7) as never), TypeError);
    expect((await codec.encode(noiseImages(1))).length).toBeGreaterThan(1);
    await expectRejection(createWorkerCodec(undefined as never, 'bundle'), TypeError);
    await expectRejection(createWorkerCodec(worker, 7 as never), TypeError);
    await expectRejection(
      createWorkerCodec(worker, 'http://x/', { executionProviders: ['cuda'] }),
      RangeError,
    );
  });

  it('hands on progress, and what the codec says of itself', async () => {
    const seen: unknown[] = [];
    const reporting = servedWorker(async (bundle, options) => {
      (options as WorkerCodecOptions).onProgress?.({ file: 'encoder.onnx', loaded: 5, total: 9 });
      return loadCodec(bundle, { threads: 1 });
    });
    const onProgress = (progress: unknown) => seen.push(progress);
    await using codec = await createWorkerCodec(reporting, await createTinyBundle(), { onProgress });
    expect(seen).toEqual([{ file: 'encoder.onnx', loaded: 5, total: 9 }]);
    expect(codec).toMatchObject({ executionProvider: 'cpu', passedOver: [], threads: 1, notices: [] });
    expect(codec.manifest.name).toBe('tiny');
  });

  it.each(['waits for it', 'does not wait'])(
    'ends loading with the caller’s own error where progress fails and the loading %s',
    async (how) => {
      const own = new Error('the page’s own');
      const thrower = () => {
        throw own;
      };
      let loaded: Codec | undefined;
      const reporting = servedWorker(async (bundle, options) => {
        const { onProgress } = options as WorkerCodecOptions;
        const telling = onProgress?.({ file: 'encoder.onnx', loaded: 5, total: 9 });
        if (how === 'waits for it') await telling;
        loaded = await loadCodec(bundle, { threads: 1 });
        return loaded;
      });
      for (const onProgress of [() => Promise.reject(own), thrower]) {
        const loading = createWorkerCodec(reporting, await createTinyBundle(), { onProgress });
        await expect(loading).rejects.toBe(own);
      }
      if (how === 'does not wait') await expectRejection(loaded!.embed(noiseImages(1)), { code: 'DISPOSED' });
      else expect(loaded).toBeUndefined();
    },
  );

  it('takes progress and sinks whatever they return', async () => {
    const reporting = servedWorker(async (bundle, options) => {
      await (options as WorkerCodecOptions).onProgress?.({ file: 'x', loaded: 5, total: 9 });
      return loadCodec(bundle, { threads: 1 });
    });
    const onProgress = () => () => 'cannot be sent';
    await using codec = await createWorkerCodec(reporting, await createCodedBundle(), { onProgress });
    const summary = await codec.encodeContainer([noiseImages(2)], { write: onProgress as never });
    expect(summary.images).toBe(2);
  });

  it('tells the caller’s sequences where the signal stops what reads them', async () => {
    await using codec = await coded();
    for (const read of [
      (images: AsyncIterable<never>, signal: AbortSignal) =>
        codec.encodeContainer(images, { write: () => undefined }, { signal }),
      (stream: AsyncIterable<never>, signal: AbortSignal) => codec.decodeContainer(stream, { signal }),
    ]) {
      const controller = new AbortController();
      let ended = false;
      const endless = (async function* () {
        try {
          for (;;) {
            controller.abort('enough');
            yield new Uint8Array(0) as never;
          }
        } finally {
          ended = true;
        }
      })();
      await expectRejection(read(endless, controller.signal), { code: 'ABORTED', cause: 'enough' });
      await expect.poll(() => ended).toBe(true);
    }
  });

  it('stops loading where the signal says so', async () => {
    let stopped: unknown;
    const slow = servedWorker(
      (_, options) =>
        new Promise((_resolve, reject) => {
          const { signal } = options as { signal: AbortSignal };
          signal.addEventListener('abort', () => {
            stopped = signal.reason;
            reject(new ConvaeError('ABORTED', 'stopped'));
          });
        }),
    );
    const bundle = await createTinyBundle();
    const loading = createWorkerCodec(slow, bundle, { signal: AbortSignal.timeout(50) });
    await expectRejection(loading, { code: 'ABORTED' });
    await expect.poll(() => stopped).toBeInstanceOf(Error);
  });

  it('says so where the worker’s script fails', async () => {
    const broken = new EventTarget() as EventTarget & { postMessage(): void };
    broken.postMessage = () => {
      queueMicrotask(() => broken.dispatchEvent(new Event('error')));
    };
    await expectRejection(createWorkerCodec(broken, 'http://localhost/bundle'), {
      code: 'DEPENDENCY_MISSING',
    });
  });
});
