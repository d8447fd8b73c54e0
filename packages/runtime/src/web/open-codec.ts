/// <reference lib="dom" />
import { heldFiles } from '../bundle/held-files.js';
import { isLosslessBundle, type LosslessBundle, loadAnyBundle } from '../bundle/load.js';
import { type BundleSource, isPlace } from '../bundle/source.js';
import { aborted } from '../checks.js';
import { createCodec, kernelOf } from '../codec/codec.js';
import type { Codec } from '../codec/interface.js';
import { fetchBundle } from '../fetch/fetch-bundle.js';
import { openSessions } from '../provider/open-sessions.js';
import { openPlatform } from './load-ort.js';
import type { WebLoadOptions } from './options.js';
import { WEB_PROVIDERS } from './providers.js';

/** What `loadCodec` does once its arguments are checked. */
export async function openCodec(source: BundleSource, options: WebLoadOptions): Promise<Codec> {
  const files = isPlace(source) ? await fetchBundle(source, options) : await heldFiles(source);
  const bundle = await loadAnyBundle(files);
  if (isLosslessBundle(bundle)) return checked(await openLossless(bundle, options), options);
  kernelOf(bundle.coding, options.contextKernel);
  const executionProviders = options.executionProviders ?? ['wasm'];
  const { load, baseProvider } = await openPlatform(executionProviders, options);
  const sessions = await openSessions(load, bundle, {
    executionProviders,
    baseProvider,
    strict: options.strict ?? false,
    available: WEB_PROVIDERS,
    batchSize: options.batchSize,
  });
  return checked(createCodec(bundle, sessions, options), options);
}

async function openLossless(bundle: LosslessBundle, { contextKernel }: WebLoadOptions): Promise<Codec> {
  const { createLosslessCodec } = await import('../codec/lossless-codec.js');
  return createLosslessCodec(bundle, 'wasm', { kernel: contextKernel });
}

/** The codec, unless loading was stopped meanwhile. */
async function checked(codec: Codec, { signal }: WebLoadOptions): Promise<Codec> {
  if (!signal?.aborted) return codec;
  await codec.dispose();
  throw aborted(signal);
}
