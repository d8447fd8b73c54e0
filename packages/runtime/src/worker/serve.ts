/// <reference lib="dom" />
import type { ContainerSink, RandomAccessSource } from '../bitstream/index.js';
import type { BundleFiles } from '../bundle/files.js';
import type { ImageSequence } from '../codec/coding/index.js';
import type { Codec, OpenedContainer } from '../codec/interface.js';
import { ConvaeError } from '../errors.js';
import { loadCodec } from '../web/load-codec.js';
import type { WebGpu } from '../web/webgpu-option.js';
import { Channel } from './channel.js';
import { packError } from './errors.js';
import {
  CLIENT_TARGET,
  type CodecState,
  type LoadedMessage,
  type LoadRequest,
  OPEN_KEY,
  type OpenMessage,
  type PlainMethod,
  PROTOCOL,
  type SentSequence,
} from './protocol.js';
import { remoteSequence } from './sequences.js';

/** What messages come to in a worker: its global scope, or a port. */
export interface MessageScope {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  start?(): void;
}

/** Loads a codec, as the web entry's `loadCodec`. */
export type LoadCodec = (bundle: string | BundleFiles, options: object) => Promise<Codec>;

/** Options of {@link serveCodec}. */
export interface ServeOptions {
  /** What `@convae/runtime/webgpu` exports: needed for the execution provider `webgpu`. */
  readonly webgpu?: WebGpu | undefined;
  /** Where messages come in: the worker's own global scope where left out. */
  readonly scope?: MessageScope | undefined;
  /** Loads a codec; that of the web entry where left out. */
  readonly load?: LoadCodec | undefined;
}

/**
 * Makes a worker serve codecs to `createWorkerCodec`: the one call that the worker's script needs. Other messages are
 * left alone.
 */
export function serveCodec(options: ServeOptions = {}): void {
  const { webgpu, scope = globalThis as unknown as MessageScope, load = loadCodec } = options;
  const open: LoadCodec = (bundle, sent) => load(bundle, { ...sent, webgpu });
  scope.addEventListener('message', ({ data }: { data: Partial<OpenMessage> | undefined }) => {
    if (data?.[OPEN_KEY] === undefined) return;
    new CodecServer(data as OpenMessage, open);
  });
  scope.start?.();
}

/** One codec and its client. */
class CodecServer {
  readonly #channel: Channel;
  readonly #request: LoadRequest;
  readonly #load: LoadCodec;
  #codec: Codec | undefined;
  #state = '';

  constructor({ [OPEN_KEY]: protocol, port, request }: OpenMessage, load: LoadCodec) {
    this.#request = request;
    this.#load = load;
    this.#channel = new Channel(port, { moveValues: true, moveArguments: false });
    this.#channel.expose({
      load: (signal: AbortSignal) => this.#open(protocol, signal),
      run: (method: PlainMethod, args: unknown[], signal: AbortSignal) => this.#run(method, args, signal),
      encodeContainer: (images: SentSequence, sink: number, options: object, signal: AbortSignal) =>
        this.#encodeContainer(images, sink, options, signal),
      decodeContainer: (stream: number, signal: AbortSignal) => this.#decodeContainer(stream, signal),
      openContainer: (source: number, size: number, options: object) =>
        this.#openContainer(source, size, options),
      forget: (target: number) => this.#channel.withdraw(target),
      dispose: () => this.#dispose(),
    });
    // A client that is gone by then does not miss it.
    this.#channel.call(CLIENT_TARGET, 'ready', []).catch(() => undefined);
  }

  async #open(protocol: number, signal: AbortSignal): Promise<LoadedMessage> {
    try {
      checkProtocol(protocol);
      const codec = await this.#loadCodec(signal);
      const state = stateOf(codec);
      this.#state = JSON.stringify(state);
      return { manifest: codec.manifest, state };
    } catch (error) {
      await this.#dispose().catch(() => undefined);
      throw error;
    }
  }

  /** Kept as soon as it is there: what goes wrong afterwards disposes of it. */
  async #loadCodec(signal: AbortSignal): Promise<Codec> {
    const { location, readByClient, options, wantsProgress } = this.#request;
    const call = (method: string, ...args: unknown[]): Promise<unknown> =>
      this.#channel.call(CLIENT_TARGET, method, args, signal);
    const read: BundleFiles['read'] = async (name, maxBytes) =>
      (await call('read', name, maxBytes)) as Uint8Array;
    let told: Promise<unknown> = Promise.resolve();
    const onProgress = (progress: unknown): Promise<unknown> => {
      const telling = call('progress', progress);
      told = Promise.all([told, telling]);
      // It is waited for below, whether the loading does or not.
      told.catch(() => undefined);
      return telling;
    };
    this.#codec = await this.#load(readByClient ? { location, read } : location, {
      ...options,
      signal,
      ...(wantsProgress ? { onProgress } : {}),
    });
    await told;
    if (signal.aborted) throw new ConvaeError('ABORTED', 'stopped by the signal');
    return this.#codec;
  }

  async #dispose(): Promise<void> {
    try {
      await this.#codec?.dispose();
    } finally {
      // The answer goes out first.
      setTimeout(() => this.#channel.close(new ConvaeError('DISPOSED', 'the codec was disposed')));
    }
  }

  get #loaded(): Codec {
    if (this.#codec) return this.#codec;
    throw new ConvaeError('DISPOSED', 'the codec is not loaded');
  }

  #run(method: PlainMethod, [first, options]: unknown[], signal: AbortSignal): Promise<unknown> {
    const codec = this.#loaded;
    const run = codec[method] as (first: unknown, options: object) => Promise<unknown>;
    return this.#telling(() => run.call(codec, first, { ...(options as object | undefined), signal }));
  }

  /** Afterwards, the client is told where the codec runs otherwise than before. */
  async #telling<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } finally {
      const state = stateOf(this.#loaded);
      const text = JSON.stringify(state);
      if (text !== this.#state) {
        this.#state = text;
        await this.#channel.call(CLIENT_TARGET, 'state', [state]).catch(() => undefined);
      }
    }
  }

  #encodeContainer(images: SentSequence, sink: number, options: object, signal: AbortSignal) {
    const sequence = 'target' in images ? remoteSequence(this.#channel, images.target, signal) : images.plain;
    const remote: ContainerSink = {
      write: async (bytes) => void (await this.#channel.call(sink, 'write', [bytes], signal)),
    };
    return this.#telling(() =>
      this.#loaded.encodeContainer(sequence as ImageSequence, remote, { ...options, signal }),
    );
  }

  async #decodeContainer(stream: number, signal: AbortSignal) {
    const bytes = remoteSequence<Uint8Array>(this.#channel, stream);
    const { header, images } = await this.#loaded.decodeContainer(bytes, { signal });
    // The codec itself goes on using the header: a copy goes out.
    return { header: structuredClone(header), images: this.#exposeSequence(images) };
  }

  async #openContainer(source: number, size: number, options: object) {
    const remote: RandomAccessSource = {
      size,
      read: async (offset, length) =>
        (await this.#channel.call(source, 'read', [offset, length])) as Uint8Array,
    };
    const container = await this.#loaded.openContainer(remote, options);
    const { header, imageCount, lost } = container;
    const problems = container.problems.map((problem) => packError(problem));
    const target = this.#exposeContainer(container);
    return { header: structuredClone(header), imageCount, lost, problems, target };
  }

  #exposeContainer(container: OpenedContainer): number {
    return this.#channel.expose({
      decodeAt: (image: number, signal: AbortSignal) =>
        this.#telling(() => container.decodeAt(image, { signal })),
      images: () => this.#exposeSequence(container.images(), () => container.lost),
    });
  }

  /** A sequence that is forgotten at its end; with each item goes what is lost by then. */
  #exposeSequence(sequence: AsyncGenerator<unknown>, lost: () => unknown = () => undefined): number {
    const target = this.#channel.expose({
      next: () =>
        this.#telling(async () => {
          const { done = false, value } = await sequence.next();
          if (done) this.#channel.withdraw(target);
          return { done, value, lost: lost() };
        }),
      return: async () => {
        this.#channel.withdraw(target);
        await sequence.return(undefined);
      },
    });
    return target;
  }
}

function checkProtocol(protocol: number): void {
  if (protocol === PROTOCOL) return;
  throw new ConvaeError('VERSION_UNSUPPORTED', 'page and worker have different releases of @convae/runtime');
}

function stateOf({ executionProvider, passedOver, threads, contextKernel, notices }: Codec): CodecState {
  return { executionProvider, passedOver, threads, contextKernel, notices };
}
