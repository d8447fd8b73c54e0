import { type Bundle, isLosslessBundle, type LosslessBundle, loadAnyBundle } from '../bundle/load.js';
import type { BundleSource } from '../bundle/source.js';
import { type Codec, createCodec, kernelOf } from '../codec/codec.js';
import { checkLoadOptions, type FetchingOptions, type LoadOptions } from '../codec/load-options.js';
import type { PixelDecoder } from '../codec/pixels/pixels.js';
import { createSimdPixels } from '../codec/pixels/simd-pixels.js';
import { reporting } from '../fetch/reporting.js';
import { type NetworkSessions, openSessions } from '../provider/open-sessions.js';
import { sessionOptions } from '../provider/session-options.js';
import { importOnnxRuntime, NODE_PROVIDERS, whyUnavailableOnNode } from './onnxruntime.js';
import { openBundle } from './open-bundle.js';
import { createPixelDecoder } from './pixel-decoder.js';
import { openPlatform } from './platform.js';
import type { ThreadData } from './threads/messages.js';
import type { Threading, ThreadPool } from './threads/pool.js';

/** Options of `loadCodec` on Node. */
export interface NodeLoadOptions extends LoadOptions, FetchingOptions {}

/**
 * Loads a bundle and gives a ready codec on onnxruntime-node. Without options it runs on the CPU.
 * `executionProviders` may name `cuda`, `webgpu`, `cpu` and `builtin`; each is tried with a real run, and `cpu` follows by
 * itself where none of them works, unless `strict` is true. `auto` measures all and takes the fastest. Where
 * onnxruntime-node is not installed, `builtin` takes the place of `cpu`, and the codec's notices say so.
 * A lossless bundle has no networks: ONNX Runtime is not loaded, and none of these matter.
 * @param bundle The bundle's folder or packed bundle (`.convae`), as a path or an address (`http:`, `https:`, `file:`); the
 * bytes of a packed bundle, or a `Blob` of them; or the files of a bundle from anywhere else.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED, HASH_MISMATCH, GRAPH_INVALID,
 * PROVIDER_UNAVAILABLE (only with `strict`) or DEPENDENCY_MISSING; DATA_INVALID, DATA_TRUNCATED or CHECKSUM_MISMATCH where
 * a packed bundle is damaged; ABORTED.
 */
export async function loadCodec(bundle: BundleSource, options: NodeLoadOptions = {}): Promise<Codec> {
  checkLoadOptions(options, NODE_PROVIDERS);
  const loaded = await reporting(options.onProgress, async (onProgress) =>
    loadAnyBundle(await openBundle(bundle, { ...options, onProgress })),
  );
  return openCodec(loaded, options);
}

/** What `loadCodec` does once the bundle is read. @param threading how threads start; as they should where left out. */
export async function openCodec(
  bundle: Bundle | LosslessBundle,
  options: LoadOptions,
  threading: Threading = {},
): Promise<Codec> {
  const { batchSize, contextKernel, threads } = options;
  if (isLosslessBundle(bundle)) {
    const { createLosslessCodec } = await import('../codec/lossless-codec.js');
    const pool = await poolOf({ bundle, options: { contextKernel } }, threads, threading);
    return createLosslessCodec(bundle, 'cpu', { kernel: contextKernel }, pool);
  }
  kernelOf(bundle.coding, contextKernel);
  const sessions = await openOn(bundle, options);
  const { executionProvider } = sessions;
  const alike = { batchSize, contextKernel, executionProviders: [executionProvider], strict: true };
  // A GPU takes one run at a time.
  const shared = executionProvider === 'cpu' || executionProvider === 'builtin';
  const pool = shared ? await poolOf({ bundle, options: alike }, threads, threading) : undefined;
  return createCodec(bundle, sessions, {
    batchSize,
    contextKernel,
    pixels: createSimdPixels(),
    pixelDecoder: executionProvider === 'cpu' ? await pixelDecoderOf(bundle, threads) : undefined,
    pool,
  });
}

async function openOn(bundle: Bundle, options: LoadOptions): Promise<NetworkSessions> {
  const { executionProviders = ['cpu'], strict = false, threads, batchSize } = options;
  const { load, baseProvider } = await openPlatform(executionProviders, strict);
  const available = NODE_PROVIDERS;
  const where = { executionProviders, baseProvider, strict, available, whyUnavailable: whyUnavailableOnNode };
  return openSessions(load, bundle, { ...where, threads, batchSize });
}

async function pixelDecoderOf(bundle: Bundle, threads?: number): Promise<PixelDecoder | undefined> {
  return createPixelDecoder(await importOnnxRuntime(), bundle, sessionOptions(['cpu'], threads));
}

/** The threads of a codec; each has one inside a run. */
async function poolOf(
  { bundle, options }: ThreadData,
  count = 1,
  threading: Threading,
): Promise<ThreadPool | undefined> {
  if (count === 1) return undefined;
  const { ThreadPool } = await import('./threads/pool.js');
  return new ThreadPool({ bundle, options: { ...options, threads: 1 } }, count, threading);
}
