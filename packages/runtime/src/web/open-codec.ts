/// <reference lib="dom" />
import { heldFiles } from '../bundle/held-files.js';
import { loadBundle } from '../bundle/load.js';
import { type BundleSource, isPlace } from '../bundle/source.js';
import { aborted } from '../checks.js';
import { createCodec, kernelOf } from '../codec/codec.js';
import type { Codec } from '../codec/interface.js';
import { fetchBundle } from '../fetch/fetch-bundle.js';
import { openSessions } from '../provider/open-sessions.js';
import { loadOrt } from './load-ort.js';
import type { WebLoadOptions } from './options.js';
import { WEB_PROVIDERS } from './providers.js';

/** What `loadCodec` does once its arguments are checked. */
export async function openCodec(source: BundleSource, options: WebLoadOptions): Promise<Codec> {
  const files = isPlace(source) ? await fetchBundle(source, options) : await heldFiles(source);
  const bundle = await loadBundle(files);
  kernelOf(bundle.coding, options.contextKernel);
  const sessions = await openSessions(loadOrt(options), bundle, {
    executionProviders: options.executionProviders ?? ['wasm'],
    baseProvider: 'wasm',
    strict: options.strict ?? false,
    available: WEB_PROVIDERS,
    batchSize: options.batchSize,
  });
  const codec = createCodec(bundle, sessions, options.batchSize, options.contextKernel);
  if (options.signal?.aborted) {
    await codec.dispose();
    throw aborted(options.signal);
  }
  return codec;
}
