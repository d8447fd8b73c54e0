/// <reference lib="dom" />
import type { BundleFiles } from '../bundle/files.js';
import { wrongKind } from '../checks.js';
import type { Codec } from '../codec/interface.js';
import { checkLoadOptions } from '../codec/load-options.js';
import { bundleUrl } from './bundle-url.js';
import type { WebLoadOptions } from './options.js';
import { WEB_PROVIDERS } from './providers.js';
import { reporting } from './reporting.js';
import { checkWebGpu } from './webgpu-option.js';

/**
 * Loads a bundle and gives a ready codec on onnxruntime-web. Without options it runs on WebAssembly.
 * For a lossless bundle, which has no networks, ONNX Runtime is not loaded.
 * @param bundle The address of the bundle's folder, relative to the page, or its files from anywhere else.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED, HASH_MISMATCH, GRAPH_INVALID,
 * PROVIDER_UNAVAILABLE (only with `strict`), DEPENDENCY_MISSING or ABORTED.
 * @throws what `options.onProgress` throws.
 */
export async function loadCodec(
  bundle: string | URL | BundleFiles,
  options: WebLoadOptions = {},
): Promise<Codec> {
  checkLoadOptions(options, WEB_PROVIDERS);
  checkWebGpu(options.webgpu, options.executionProviders);
  return reporting(options.onProgress, async (onProgress) => {
    const own = { ...options, onProgress };
    const files = bundleFiles(bundle, own);
    // A page that shows something first gets the codec's code when it wants a codec, as ONNX Runtime's.
    const { openCodec } = await import('./open-codec.js');
    return openCodec(files, own);
  });
}

function bundleFiles(bundle: string | URL | BundleFiles, options: WebLoadOptions): BundleFiles {
  if (typeof bundle === 'string' || bundle instanceof URL) return bundleUrl(bundle, options);
  if (typeof bundle?.read === 'function') return bundle;
  throw wrongKind('an address or bundle files', 'bundle', bundle);
}
