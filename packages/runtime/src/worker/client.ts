/// <reference lib="dom" />
import type { BundleFiles } from '../bundle/files.js';
import { type BundleSource, checkSource, isBundleFiles, isPlace } from '../bundle/source.js';
import { wrongKind } from '../checks.js';
import type { Codec } from '../codec/interface.js';
import { checkLoadOptions, type LoadProgress } from '../codec/load-options.js';
import { ConvaeError } from '../errors.js';
import { pageUrl } from '../fetch/bundle-url.js';
import type { WebLoadOptions } from '../web/options.js';
import { WEB_PROVIDERS } from '../web/providers.js';
import { absoluteWasmPaths } from '../web/wasm-file.js';
import { Channel } from './channel.js';
import { createCodecOf } from './codec.js';
import {
  CODEC_TARGET,
  type CodecState,
  type LoadedMessage,
  type LoadRequest,
  OPEN_KEY,
  type OpenMessage,
  PROTOCOL,
} from './protocol.js';

/** A worker as far as a codec needs it. */
export interface CodecWorker {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener?(type: 'error', listener: (event: Event) => void): void;
  removeEventListener?(type: 'error', listener: (event: Event) => void): void;
}

/** Options of {@link createWorkerCodec}: those of `loadCodec`, but `webgpu`, which the worker's script has. */
export interface WorkerCodecOptions extends Omit<WebLoadOptions, 'webgpu'> {
  /**
   * True to move the buffers of images and latents into the worker instead of copies: what is given to the codec then
   * cannot be used any more. Results always come without copying.
   */
  readonly transferInputs?: boolean | undefined;
}

/**
 * Loads a bundle in a worker whose script calls `serveCodec`, and gives a codec that does everything there. It has the
 * interface of every codec; the worker itself stays yours, to terminate after `dispose`.
 * @param worker A dedicated worker; one worker may serve several codecs.
 * @param bundle As for `loadCodec`; addresses are relative to the page.
 * @throws as `loadCodec`; ConvaeError DEPENDENCY_MISSING where the worker's script fails or does not answer.
 */
export async function createWorkerCodec(
  worker: CodecWorker,
  bundle: BundleSource,
  options: WorkerCodecOptions = {},
): Promise<Codec> {
  checkLoadOptions(options, WEB_PROVIDERS);
  if (typeof worker?.postMessage !== 'function') throw wrongKind('a Worker', 'worker', worker);
  const request = loadRequest(bundle, options);
  const { port1, port2 } = new MessageChannel();
  const moveArguments = options.transferInputs ?? false;
  const channel = new Channel(port1, { moveValues: false, moveArguments });
  let opened: Codec | undefined;
  const answer = watchWorker(worker);
  channel.expose({
    ready: answer.arrived,
    // The result stays here: it may be something that cannot be sent.
    progress: async (progress: LoadProgress) => void (await options.onProgress?.(progress)),
    state: (state: CodecState) => opened && void Object.assign(opened, state),
    read: (name: string, maxBytes: number, sha256?: string) =>
      (bundle as BundleFiles).read(name, maxBytes, sha256),
  });
  try {
    const message: OpenMessage = { [OPEN_KEY]: PROTOCOL, port: port2, request };
    worker.postMessage(message, [port2]);
    const loading = channel.call(CODEC_TARGET, 'load', [], options.signal) as Promise<LoadedMessage>;
    const { manifest, state } = await Promise.race([loading, answer.failed]);
    opened = createCodecOf(channel, manifest, state);
    return opened;
  } catch (error) {
    channel.close(new ConvaeError('DISPOSED', 'the codec could not be loaded'));
    throw error;
  } finally {
    answer.stop();
  }
}

/** Longest time that the worker's script may take to load and answer, milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Rejects where the worker's script cannot be loaded, throws, or does not serve codecs. */
function watchWorker(worker: CodecWorker) {
  let fail!: (error: ConvaeError) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => reject(error);
  });
  // The race may be decided before it fails.
  failed.catch(() => undefined);
  const problem = (text: string) => new ConvaeError('DEPENDENCY_MISSING', `the worker ${text}`);
  const onError = (event: Event): void => {
    const message = (event as Partial<ErrorEvent>).message;
    fail(problem(`cannot be started: ${message || 'its script cannot be loaded'}`));
  };
  worker.addEventListener?.('error', onError);
  const timer = setTimeout(
    () => fail(problem('does not answer: does its script call serveCodec()?')),
    ANSWER_TIMEOUT_MS,
  );
  const arrived = (): void => clearTimeout(timer);
  const stop = (): void => {
    arrived();
    worker.removeEventListener?.('error', onError);
  };
  return { failed, arrived, stop };
}

function loadRequest(bundle: BundleSource, options: WorkerCodecOptions): LoadRequest {
  const { executionProviders, strict, threads, batchSize, contextKernel, cache, wasmPaths, onProgress } =
    options;
  return {
    ...requested(bundle),
    options: {
      ...{ executionProviders, strict, threads, batchSize, contextKernel, cache },
      wasmPaths: wasmPaths === undefined ? undefined : absoluteWasmPaths(wasmPaths),
    },
    wantsProgress: onProgress !== undefined,
  };
}

/** What to load, and who reads it. */
function requested(bundle: BundleSource): Pick<LoadRequest, 'location' | 'readByClient' | 'names' | 'held'> {
  checkSource(bundle, 'an address');
  if (isPlace(bundle)) return { location: pageUrl(bundle, 'bundle').href, readByClient: false };
  if (!isBundleFiles(bundle)) return { location: '', readByClient: false, held: bundle };
  return { location: bundle.location, readByClient: true, names: bundle.names };
}
