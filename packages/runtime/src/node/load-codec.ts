import type { BundleFiles } from '../bundle/files.js';
import { loadBundle } from '../bundle/load.js';
import { wrongKind } from '../checks.js';
import { type Codec, createCodec, kernelOf } from '../codec/codec.js';
import { checkLoadOptions, type LoadOptions } from '../codec/load-options.js';
import { openSessions } from '../provider/open-sessions.js';
import { bundleFolder } from './folder.js';
import { NODE_PROVIDERS, whyUnavailableOnNode } from './onnxruntime.js';
import { openPlatform } from './platform.js';

/**
 * Loads a bundle and gives a ready codec on onnxruntime-node. Without options it runs on the CPU.
 * `executionProviders` may name `cuda`, `webgpu`, `cpu` and `builtin`; each is tried with a real run, and `cpu` follows by
 * itself where none of them works, unless `strict` is true. `auto` measures all and takes the fastest. Where
 * onnxruntime-node is not installed, `builtin` takes the place of `cpu`, and the codec's notices say so.
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
  const loaded = await loadBundle(bundleFiles(bundle));
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
  return createCodec(loaded, sessions, options.batchSize, options.contextKernel);
}

function bundleFiles(bundle: string | URL | BundleFiles): BundleFiles {
  if (typeof bundle === 'string' || bundle instanceof URL) return bundleFolder(bundle);
  if (typeof bundle?.read === 'function') return bundle;
  throw wrongKind('a folder or bundle files', 'bundle', bundle);
}
