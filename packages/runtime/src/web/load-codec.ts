/// <reference lib="dom" />
import type { BundleFiles } from '../bundle/files.js';
import { loadBundle } from '../bundle/load.js';
import { createCodec, DEFAULT_BATCH_SIZE } from '../codec.js';
import type { Codec } from '../codec-interface.js';
import { kindOf } from '../image.js';
import { checkLoadOptions, type LoadOptions, type LoadProgress } from '../load-options.js';
import type { LoadOrt } from '../session/ort.js';
import { openSessions } from '../session/provider.js';
import { bundleUrl } from './bundle-url.js';
import { loadOrtWeb } from './onnxruntime.js';
import { WEB_PROVIDERS } from './providers.js';
import { chooseThreads } from './threads.js';
import type { WasmPaths } from './wasm-file.js';
import { webGpuContext } from './webgpu.js';

/** Options of `loadCodec` in browsers and workers. */
export interface WebLoadOptions extends LoadOptions {
  /** Where ONNX Runtime’s .wasm files are, where that is not where the bundler or import map says. */
  readonly wasmPaths?: WasmPaths | undefined;
  /** Is told how far each file has been fetched. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Stops the loading; it then rejects with ConvaeError ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a bundle and gives a ready codec on onnxruntime-web. Without options it runs on WebAssembly.
 * @param bundle The address of the bundle's folder, relative to the page, or its files from anywhere else.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED, HASH_MISMATCH, GRAPH_INVALID,
 * PROVIDER_UNAVAILABLE (only with `strict`), DEPENDENCY_MISSING or ABORTED.
 */
export async function loadCodec(
  bundle: string | URL | BundleFiles,
  options: WebLoadOptions = {},
): Promise<Codec> {
  checkLoadOptions(options, WEB_PROVIDERS);
  const loaded = await loadBundle(bundleFiles(bundle, options));
  const sessions = await openSessions(loadOrt(options), loaded, {
    executionProviders: options.executionProviders ?? ['wasm'],
    baseProvider: 'wasm',
    strict: options.strict ?? false,
    available: WEB_PROVIDERS,
    measuredImages: options.batchSize ?? DEFAULT_BATCH_SIZE,
  });
  return createCodec(loaded, sessions, options.batchSize, options.contextKernel);
}

function bundleFiles(bundle: string | URL | BundleFiles, options: WebLoadOptions): BundleFiles {
  if (typeof bundle === 'string' || bundle instanceof URL) return bundleUrl(bundle, options);
  if (typeof bundle?.read === 'function') return bundle;
  throw new TypeError(`expected an address or bundle files for bundle, received ${kindOf(bundle)}`);
}

function loadOrt(options: WebLoadOptions): LoadOrt {
  return async (provider) => {
    // Without a device, the larger build need not be fetched.
    const context = provider === 'webgpu' ? await webGpuContext() : undefined;
    const { ort, queue, threads } = await loadOrtWeb(context ? 'webgpu' : 'wasm', options);
    const platform = { ort, queue, threads, notices: threadNotices(options.threads, threads) };
    if (context === undefined) return platform;
    const { device, losable } = context;
    return { ...platform, provider: { name: 'webgpu', device }, device: losable };
  };
}

function threadNotices(asked: number | undefined, threads: number): string[] {
  const { notice } = chooseThreads(asked);
  if (notice !== undefined) return [notice];
  if (asked === undefined || asked === threads) return [];
  return [
    `${asked} threads were asked for, ${threads} ${threads === 1 ? 'is' : 'are'} used: ONNX Runtime is already running in this page`,
  ];
}
