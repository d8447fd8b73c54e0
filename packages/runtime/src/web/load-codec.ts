/// <reference lib="dom" />
import { type BundleSource, checkSource } from '../bundle/source.js';
import type { Codec } from '../codec/interface.js';
import { checkLoadOptions } from '../codec/load-options.js';
import { reporting } from '../fetch/reporting.js';
import type { WebLoadOptions } from './options.js';
import { WEB_PROVIDERS } from './providers.js';
import { checkWebGpu } from './webgpu-option.js';

/**
 * Loads a bundle and gives a ready codec on onnxruntime-web. Without options it runs on WebAssembly.
 * For a lossless bundle, which has no networks, ONNX Runtime is not loaded. Where onnxruntime-web cannot be imported, `builtin`
 * takes the place of `wasm`, and the codec's notices say so.
 * @param bundle The address, relative to the page, of the bundle's folder or of a packed bundle (`.convae`, with
 * `#sha256=` and its SHA-256 to check it and keep it in the browser); the bytes of a packed bundle, or a `Blob` of them; or
 * the files of a bundle from anywhere else.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED, HASH_MISMATCH, GRAPH_INVALID,
 * PROVIDER_UNAVAILABLE (only with `strict`), DEPENDENCY_MISSING (with `strict`, or where ONNX Runtime's WebAssembly cannot be had
 * or started) or ABORTED; DATA_INVALID, DATA_TRUNCATED or
 * CHECKSUM_MISMATCH where a packed bundle is damaged.
 * @throws what `options.onProgress` throws.
 */
export async function loadCodec(bundle: BundleSource, options: WebLoadOptions = {}): Promise<Codec> {
  checkLoadOptions(options, WEB_PROVIDERS);
  checkWebGpu(options.webgpu, options.executionProviders);
  checkSource(bundle, 'an address');
  return reporting(options.onProgress, async (onProgress) => {
    // A page that shows something first gets the codec's code when it wants a codec, as ONNX Runtime's.
    const { openCodec } = await import('./open-codec.js');
    return openCodec(bundle, { ...options, onProgress });
  });
}
