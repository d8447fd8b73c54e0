import { isLosslessBundle, loadAnyBundle } from '../bundle/load.js';
import type { BundleSource } from '../bundle/source.js';
import { type Codec, createCodec, kernelOf } from '../codec/codec.js';
import { checkLoadOptions, type FetchingOptions, type LoadOptions } from '../codec/load-options.js';
import { createSimdPixels } from '../codec/pixels/simd-pixels.js';
import { reporting } from '../fetch/reporting.js';
import { openSessions } from '../provider/open-sessions.js';
import { NODE_PROVIDERS, whyUnavailableOnNode } from './onnxruntime.js';
import { openBundle } from './open-bundle.js';
import { openPlatform } from './platform.js';

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
  if (isLosslessBundle(loaded)) {
    const { createLosslessCodec } = await import('../codec/lossless-codec.js');
    return createLosslessCodec(loaded, 'cpu', options.contextKernel);
  }
  kernelOf(loaded.coding, options.contextKernel);
  const strict = options.strict ?? false;
  const wanted = options.executionProviders ?? ['cpu'];
  const { load, baseProvider } = await openPlatform(wanted, strict);
  const sessions = await openSessions(load, loaded, {
    executionProviders: wanted,
    baseProvider,
    strict,
    threads: options.threads,
    available: NODE_PROVIDERS,
    batchSize: options.batchSize,
    whyUnavailable: whyUnavailableOnNode,
  });
  const { batchSize, contextKernel } = options;
  return createCodec(loaded, sessions, { batchSize, contextKernel, pixels: createSimdPixels() });
}
