import { CONTEXT_KERNELS, type ContextKernelName } from '../context/kernel.js';
import { checkCount, kindOf } from '../image.js';
import { EXECUTION_PROVIDERS, type ExecutionProvider } from '../provider/execution-provider.js';

/** Options of `loadCodec`. */
export interface LoadOptions {
  /**
   * Execution providers in order of preference; the platform's base provider follows by itself. Or `auto`: all that
   * the platform has are measured for some milliseconds with the images of a full run, and the fastest is taken.
   */
  readonly executionProviders?: readonly ExecutionProvider[] | 'auto' | undefined;
  /** True to make it an error where the first of `executionProviders` cannot run, instead of falling back. */
  readonly strict?: boolean | undefined;
  /** Threads inside one run, 1..256; ONNX Runtime's own choice (one a core) where left out. */
  readonly threads?: number | undefined;
  /** Most images that are run at once, 1..4096; 64 where left out. */
  readonly batchSize?: number | undefined;
  /**
   * How the context prior is computed: `simd` (WebAssembly) is ten times and more as fast as `plain` (JavaScript), and both
   * give the same bytes; `simd` where it runs, else `plain`, where left out.
   */
  readonly contextKernel?: ContextKernelName | undefined;
}

/** How far a file has been loaded. */
export interface LoadProgress {
  /** The file's name, e.g. `encoder.onnx`. */
  readonly file: string;
  /** Bytes so far. */
  readonly loaded: number;
  /** Bytes in all, where the server says so. */
  readonly total: number | undefined;
}

/**
 * Is told after every piece of a file that arrives; a promise that it gives is waited for. What it throws, or rejects
 * with, ends the loading, which rejects with the same.
 */
export type OnProgress = (progress: LoadProgress) => unknown;

const MAX_THREADS = 256;
const MAX_BATCH_SIZE = 4096;

/**
 * Checks the options of `loadCodec` against the providers that a platform has.
 * @throws TypeError or RangeError with what was expected and what was received.
 */
export function checkLoadOptions(options: LoadOptions, available: readonly ExecutionProvider[]): void {
  const { executionProviders, strict, threads, batchSize, contextKernel } = options;
  if (executionProviders !== undefined) checkProviders(executionProviders, available);
  if (executionProviders === 'auto' && strict)
    throw new RangeError("expected options.executionProviders by name with options.strict, received 'auto'");
  if (strict !== undefined && typeof strict !== 'boolean') {
    throw new TypeError(`expected a boolean for options.strict, received ${kindOf(strict)}`);
  }
  if (threads !== undefined) checkCount(threads, 'options.threads', MAX_THREADS);
  if (batchSize !== undefined) checkCount(batchSize, 'options.batchSize', MAX_BATCH_SIZE);
  if (contextKernel !== undefined && !CONTEXT_KERNELS.includes(contextKernel)) {
    throw new RangeError(
      `expected ${CONTEXT_KERNELS.join(' or ')} for options.contextKernel, received ${kindOf(contextKernel)}`,
    );
  }
}

function checkProviders(
  providers: readonly ExecutionProvider[] | 'auto',
  available: readonly ExecutionProvider[],
): void {
  if (providers === 'auto') return;
  if (!Array.isArray(providers)) {
    throw new TypeError(
      `expected an array or 'auto' for options.executionProviders, received ${kindOf(providers)}`,
    );
  }
  if (providers.length === 0) {
    throw new RangeError('expected at least 1 name for options.executionProviders, received none');
  }
  for (const [i, provider] of providers.entries()) {
    if (EXECUTION_PROVIDERS.includes(provider) && available.includes(provider)) continue;
    throw new RangeError(
      `expected ${available.join(', ')} for options.executionProviders[${i}], received ${kindOf(provider)}`,
    );
  }
}
