import type { BundleFiles } from '../bundle/files.js';
import { isLosslessBundle, loadAnyBundle } from '../bundle/load.js';
import { wrongKind } from '../checks.js';
import { type Codec, createCodec, kernelOf } from '../codec/codec.js';
import { checkLoadOptions, type LoadOptions } from '../codec/load-options.js';
import { openSessions } from '../provider/open-sessions.js';
import { bundleFolder } from './folder.js';
import { importOnnxRuntime, NODE_PROVIDERS, whyUnavailableOnNode } from './onnxruntime.js';

/**
 * Loads a bundle and gives a ready codec on onnxruntime-node. Without options it runs on the CPU.
 * `executionProviders` may name `cuda`, `webgpu` and `cpu`; each is tried with a real run, and `cpu` follows by
 * itself where none of them works, unless `strict` is true. `auto` measures all three and takes the fastest.
 * A lossless bundle has no networks: ONNX Runtime is not loaded, and none of these matter.
 * @param bundle The bundle's folder, or its files from anywhere else.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED, HASH_MISMATCH, GRAPH_INVALID,
 * PROVIDER_UNAVAILABLE (only with `strict`) or DEPENDENCY_MISSING.
 */
export async function loadCodec(
  bundle: string | URL | BundleFiles,
  options: LoadOptions = {},
): Promise<Codec> {
  checkLoadOptions(options, NODE_PROVIDERS);
  const loaded = await loadAnyBundle(bundleFiles(bundle));
  if (isLosslessBundle(loaded)) {
    const { createLosslessCodec } = await import('../codec/lossless-codec.js');
    return createLosslessCodec(loaded, 'cpu', options.contextKernel);
  }
  kernelOf(loaded.coding, options.contextKernel);
  const sessions = await openSessions(await importOnnxRuntime(), loaded, {
    executionProviders: options.executionProviders ?? ['cpu'],
    baseProvider: 'cpu',
    strict: options.strict ?? false,
    threads: options.threads,
    available: NODE_PROVIDERS,
    batchSize: options.batchSize,
    whyUnavailable: whyUnavailableOnNode,
  });
  return createCodec(loaded, sessions, options.batchSize, options.contextKernel);
}

function bundleFiles(bundle: string | URL | BundleFiles): BundleFiles {
  if (typeof bundle === 'string' || bundle instanceof URL) return bundleFolder(bundle);
  if (typeof bundle?.read === 'function') return bundle;
  throw wrongKind('a folder or bundle files', 'bundle', bundle);
}
