/// <reference lib="dom" />
import type { BundleFiles } from '../bundle/files.js';
import { loadBundle } from '../bundle/load.js';
import { createCodec, kernelOf } from '../codec.js';
import type { Codec } from '../codec-interface.js';
import type { LoadOrt } from '../session/ort.js';
import { openSessions } from '../session/provider.js';
import { loadOrtWeb } from './onnxruntime.js';
import type { WebLoadOptions } from './options.js';
import { WEB_PROVIDERS } from './providers.js';
import { chooseThreads } from './threads.js';
import { webGpuContext } from './webgpu.js';

/** What `loadCodec` does once its arguments are checked. */
export async function openCodec(files: BundleFiles, options: WebLoadOptions): Promise<Codec> {
  const bundle = await loadBundle(files);
  kernelOf(bundle.coding, options.contextKernel);
  const sessions = await openSessions(loadOrt(options), bundle, {
    executionProviders: options.executionProviders ?? ['wasm'],
    baseProvider: 'wasm',
    strict: options.strict ?? false,
    available: WEB_PROVIDERS,
    batchSize: options.batchSize,
  });
  return createCodec(bundle, sessions, options.batchSize, options.contextKernel);
}

function loadOrt(options: WebLoadOptions): LoadOrt {
  return async (provider) => {
    // Without a device, the larger build need not be fetched.
    const context = provider === 'webgpu' ? await webGpuContext() : undefined;
    const { ort, queue, threads, notice } = await loadOrtWeb(context ? 'webgpu' : 'wasm', options);
    const platform = {
      ort,
      queue,
      threads,
      notices: notice ? [notice] : threadNotices(options.threads, threads),
    };
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
