import type { BundleFiles } from '../bundle/files.js';
import { type Bundle, isLosslessBundle, loadAnyBundle } from '../bundle/load.js';
import type { BundleSource } from '../bundle/source.js';
import { aborted } from '../checks.js';
import { createCodec, kernelOf } from '../codec/codec.js';
import type { Codec } from '../codec/interface.js';
import type { FetchingOptions } from '../codec/load-options.js';
import { reporting } from '../fetch/reporting.js';
import type { LoadModule } from '../provider/builtin/kernels.js';
import { openNetworks } from './open-networks.js';
import { type BuiltinLoadOptions, checkBuiltinOptions } from './options.js';

/** What differs between the runtimes of JavaScript. */
export interface Platform {
  /** Finds the files of a bundle. */
  readonly openFiles: (source: BundleSource, options: FetchingOptions) => Promise<BundleFiles>;
  /** Gives the compiled kernels. */
  readonly loadModule: LoadModule;
  /** The compiled modules of context models, where bytes may not be compiled. */
  readonly contextModules?: { readonly context: WebAssembly.Module; readonly pixels: WebAssembly.Module };
}

/** Loads a codec, or only the half of it that decodes. */
async function load(
  { openFiles, loadModule, contextModules }: Platform,
  source: BundleSource,
  options: BuiltinLoadOptions,
  decoderOnly: boolean,
): Promise<Codec> {
  checkBuiltinOptions(options);
  const read = await reporting(options.onProgress, async (onProgress) =>
    loadAnyBundle(await openFiles(source, { ...options, onProgress }), decoderOnly),
  );
  if (isLosslessBundle(read)) {
    const { createLosslessCodec } = await import('../codec/lossless-codec.js');
    const { contextKernel: kernel } = options;
    return createLosslessCodec(read, 'builtin', { kernel, module: contextModules?.pixels });
  }
  const bundle = withModule(read, contextModules?.context);
  kernelOf(bundle.coding, options.contextKernel);
  const networks = await openNetworks(bundle, loadModule);
  const codec = createCodec(bundle, networks, options);
  if (!options.signal?.aborted) return codec;
  await codec.dispose();
  throw aborted(options.signal);
}

function withModule(bundle: Bundle, module: WebAssembly.Module | undefined): Bundle {
  const { coding } = bundle;
  if (coding?.context === undefined || module === undefined) return bundle;
  return { ...bundle, coding: { ...coding, context: coding.context.withModule(module) } };
}

/**
 * Loads a bundle and gives a ready codec on the builtin provider: WebAssembly with SIMD, one thread, the same pixels everywhere.
 * @param bundle The bundle's folder or packed bundle (`.convae`) as an address, or where there are files as a path; the bytes
 * of a packed bundle, or a `Blob` of them; or the files of a bundle from anywhere else.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED, HASH_MISMATCH, GRAPH_INVALID,
 * UNSUPPORTED (an operator that is not there) or ABORTED; DATA_INVALID, DATA_TRUNCATED or CHECKSUM_MISMATCH where a packed
 * bundle is damaged.
 * @throws what `options.onProgress` throws.
 */
export type LoadBuiltinCodec = (bundle: BundleSource, options?: BuiltinLoadOptions) => Promise<Codec>;

/** The half of a codec that decodes. */
export type Decoder = Pick<
  Codec,
  | 'manifest'
  | 'executionProvider'
  | 'contextKernel'
  | 'notices'
  | 'reconstruct'
  | 'decode'
  | 'decodeContainer'
  | 'openContainer'
  | 'dispose'
> &
  AsyncDisposable;

/** Loads the half of a bundle that decodes; its encoder is not even fetched. Otherwise as {@link LoadBuiltinCodec}. */
export type LoadBuiltinDecoder = (bundle: BundleSource, options?: BuiltinLoadOptions) => Promise<Decoder>;

export const codecLoader =
  (platform: Platform): LoadBuiltinCodec =>
  (bundle, options = {}) =>
    load(platform, bundle, options, false);

export const decoderLoader =
  (platform: Platform): LoadBuiltinDecoder =>
  (bundle, options = {}) =>
    load(platform, bundle, options, true);
