/// <reference lib="dom" />
import type { BundleFiles } from '../bundle/files.js';
import type { BundleSource } from '../bundle/source.js';
import { checkNotAborted } from '../checks.js';
import type { ImageSequence } from '../codec/coding/index.js';
import type { Codec, OpenedContainer } from '../codec/interface.js';
import { ConvaeError } from '../errors.js';
import { packError } from '../messages/errors.js';
import { loadCodec } from '../web/load-codec.js';
import type { WebGpu } from '../web/webgpu-option.js';
import { Channel, type Methods } from './channel.js';
import { receivedOptions, type SentOptions } from './progress.js';
import {
  CLIENT_TARGET,
  type CodecState,
  type LoadedMessage,
  type LoadRequest,
  OPEN_KEY,
  type OpenedMessage,
  type OpenMessage,
  type PlainMethod,
  PROTOCOL,
  type SentSequence,
} from './protocol.js';
import { exposeSequence, type RemoteItem, remoteSequence } from './sequences.js';

/** What messages come to in a worker: its global scope, or a port. */
export interface MessageScope {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  start?(): void;
}

/** Loads a codec, as the web entry's `loadCodec`. */
export type LoadCodec = (bundle: BundleSource, options: object) => Promise<Codec>;

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
    serveOne(data as OpenMessage, open);
  });
  scope.start?.();
}

/** One codec and its client. */
function serveOne({ [OPEN_KEY]: protocol, port, request }: OpenMessage, load: LoadCodec): void {
  const channel = new Channel(port, { moveValues: true, moveArguments: false });
  let codec: Codec | undefined;
  const loaded = (): Codec => {
    if (codec) return codec;
    throw new ConvaeError('DISPOSED', 'the codec is not loaded');
  };
  const dispose = async (): Promise<void> => {
    try {
      await codec?.dispose();
    } finally {
      // The answer goes out first.
      setTimeout(() => channel.close(new ConvaeError('DISPOSED', 'the codec was disposed')));
    }
  };
  let lastState = '';
  const open = async (signal: AbortSignal): Promise<LoadedMessage> => {
    try {
      if (protocol !== PROTOCOL) {
        const problem = 'page and worker have different releases of @convae/runtime';
        throw new ConvaeError('VERSION_UNSUPPORTED', problem);
      }
      const { files, options, told } = loading(channel, request, signal);
      // Kept at once: a later error must dispose of it.
      codec = await load(files, options);
      await told();
      checkNotAborted(signal);
      const state = stateOf(codec);
      lastState = JSON.stringify(state);
      return { manifest: codec.manifest, state };
    } catch (error) {
      await dispose().catch(() => undefined);
      throw error;
    }
  };
  /** Runs a task; afterwards the client hears where the state of the codec has changed. */
  const telling: Telling = async (task) => {
    try {
      return await task();
    } finally {
      const state = stateOf(loaded());
      const text = JSON.stringify(state);
      if (text !== lastState) {
        lastState = text;
        await channel.call(CLIENT_TARGET, 'state', [state]).catch(() => undefined);
      }
    }
  };
  channel.expose({ load: open, ...codecMethods(channel, loaded, telling), dispose });
  // A client that is gone by then does not miss it.
  channel.call(CLIENT_TARGET, 'ready', []).catch(() => undefined);
}

type Telling = <T>(task: () => Promise<T>) => Promise<T>;

/** The methods of the codec, as the client calls them. */
function codecMethods(channel: Channel, loaded: () => Codec, telling: Telling): Methods {
  return {
    run: (method: PlainMethod, first: unknown, options: SentOptions, signal: AbortSignal) => {
      const run = loaded()[method] as (first: unknown, options: object) => Promise<unknown>;
      return telling(() => run.call(loaded(), first, receivedOptions(channel, options, signal)));
    },
    encodeContainer: (images: SentSequence, sink: number, options: SentOptions, signal: AbortSignal) => {
      const sequence = 'target' in images ? remoteSequence(channel, images.target, signal) : images.plain;
      const write = async (bytes: Uint8Array) => void (await channel.call(sink, 'write', [bytes], signal));
      return telling(() =>
        loaded().encodeContainer(
          sequence as ImageSequence,
          { write },
          receivedOptions(channel, options, signal),
        ),
      );
    },
    decodeContainer: async (stream: number, options: SentOptions, signal: AbortSignal) => {
      const bytes = remoteSequence<Uint8Array>(channel, stream);
      // The call ends before its images do, and so does its signal.
      const stop = new AbortController();
      signal.addEventListener('abort', () => stop.abort(signal.reason));
      const received = receivedOptions(channel, options, stop.signal);
      const { header, images } = await loaded().decodeContainer(bytes, received);
      // The codec uses the header further: a copy goes out.
      return { header: structuredClone(header), images: exposeImages(channel, telling, images, stop) };
    },
    openContainer: async (source: number, size: number, options: object) => {
      const read = async (offset: number, length: number) =>
        (await channel.call(source, 'read', [offset, length])) as Uint8Array;
      return exposeContainer(channel, telling, await loaded().openContainer({ size, read }, options));
    },
    forget: (target: number) => channel.withdraw(target),
  };
}

/** What to load, how, and a promise that all reports of progress have arrived. */
function loading(channel: Channel, request: LoadRequest, signal: AbortSignal) {
  const { location, readByClient, names, held, options, wantsProgress } = request;
  const call = (method: string, ...args: unknown[]): Promise<unknown> =>
    channel.call(CLIENT_TARGET, method, args, signal);
  const read: BundleFiles['read'] = async (...args) => (await call('read', ...args)) as Uint8Array;
  let told: Promise<unknown> = Promise.resolve();
  const onProgress = (progress: unknown): Promise<unknown> => {
    const telling = call('progress', progress);
    told = Promise.all([told, telling]);
    // `told` is awaited when the loading has ended.
    told.catch(() => undefined);
    return telling;
  };
  return {
    files: held ?? (readByClient ? { location, names, read } : location),
    options: { ...options, signal, ...(wantsProgress ? { onProgress } : {}) },
    told: () => told,
  };
}

function exposeContainer(channel: Channel, telling: Telling, container: OpenedContainer): OpenedMessage {
  const target = channel.expose({
    decodeAt: (image: number, options: SentOptions, signal: AbortSignal) =>
      telling(() => container.decodeAt(image, receivedOptions(channel, options, signal))),
    images: (options: SentOptions) => {
      const stop = new AbortController();
      const images = container.images(receivedOptions(channel, options, stop.signal));
      return exposeImages(channel, telling, images, stop, () => container.lost);
    },
  });
  const { header, imageCount, lost } = container;
  const problems = container.problems.map((problem) => packError(problem));
  return { header: structuredClone(header), imageCount, lost, problems, target };
}

/** Exposes a sequence until its end; with each item goes what is lost by then. */
function exposeImages(
  channel: Channel,
  telling: Telling,
  sequence: AsyncGenerator<unknown>,
  stop: AbortController,
  lost: () => unknown = () => undefined,
): number {
  const around = (step: () => Promise<RemoteItem>): Promise<RemoteItem> =>
    telling(async () => ({ ...(await step()), lost: lost() }));
  return exposeSequence(channel, sequence, around, () => stop.abort()).target;
}

function stateOf(codec: Codec): CodecState {
  const { executionProvider, passedOver, threads, contextKernel, notices, lossless } = codec;
  return { executionProvider, passedOver, threads, contextKernel, notices, lossless };
}
