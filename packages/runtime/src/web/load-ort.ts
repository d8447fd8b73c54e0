import type { ExecutionProvider } from '../provider/execution-provider.js';
import { loadBuiltin } from '../provider/load-builtin.js';
import { missingNotices, missingRuntime, type ProviderPlatform } from '../provider/missing-runtime.js';
import type { OrtPlatform } from '../provider/ort.js';
import { createRunQueue } from '../provider/queue.js';
import { yieldTurn } from '../provider/yield-turn.js';
import { importScript, loadOrtWeb } from './onnxruntime.js';
import type { WebLoadOptions } from './options.js';
import type { OrtBuild } from './ort-build.js';
import { chooseThreads } from './threads.js';
import { WASM_BUILD } from './wasm-build.js';
import { WEBGPU_NOT_GIVEN } from './webgpu-option.js';

/**
 * Finds out whether onnxruntime-web is there, where `wasm` is the first choice or all are measured.
 * @throws ConvaeError DEPENDENCY_MISSING with `strict` alone.
 */
export async function openPlatform(
  wanted: readonly ExecutionProvider[] | 'auto',
  options: WebLoadOptions,
): Promise<ProviderPlatform> {
  const asksForWasm = wanted === 'auto' || wanted[0] === 'wasm';
  const missing = asksForWasm ? await missingRuntime(() => importScript(WASM_BUILD)) : undefined;
  if (options.strict && missing !== undefined) throw missing;
  return {
    baseProvider: missing === undefined ? 'wasm' : 'builtin',
    load: async (provider) => {
      if (provider === 'builtin') {
        const queue = createRunQueue(yieldTurn);
        return { ...(await loadBuiltin()), queue, notices: missingNotices(missing) };
      }
      return provider === 'webgpu' ? onWebGpu(options) : onBuild(WASM_BUILD, options);
    },
  };
}

async function onBuild(build: OrtBuild, options: WebLoadOptions): Promise<OrtPlatform> {
  const { ort, queue, threads, notice } = await loadOrtWeb(build, options);
  return { ort, queue, threads, notices: notice ? [notice] : threadNotices(options.threads, threads) };
}

async function onWebGpu(options: WebLoadOptions): Promise<OrtPlatform> {
  if (options.webgpu === undefined) throw new Error(WEBGPU_NOT_GIVEN);
  const { openWebGpu } = await options.webgpu.load();
  return openWebGpu((build) => onBuild(build, options));
}

function threadNotices(asked: number | undefined, threads: number): string[] {
  const { notice } = chooseThreads(asked);
  if (notice !== undefined) return [notice];
  if (asked === undefined || asked === threads) return [];
  return [
    `${asked} threads were asked for, ${threads} ${threads === 1 ? 'is' : 'are'} used: ONNX Runtime is already running in this page`,
  ];
}
