import { checkCount, checkOneOf, kindOf, wrongKind } from '../checks.js';
import { CONTEXT_KERNELS, type ContextKernelName } from '../context/kernel.js';
import { EXECUTION_PROVIDERS, type ExecutionProvider } from '../provider/execution-provider.js';

/** Options of `loadCodec`. */
export interface LoadOptions {
  /**
   * Execution providers in order of preference; the platform's base provider is always the last. `auto` measures all
   * that the platform has for some milliseconds on a full batch, and takes the fastest.
   */
  readonly executionProviders?: readonly ExecutionProvider[] | 'auto' | undefined;
  /** True to throw where the first of `executionProviders` cannot run, instead of falling back. */
  readonly strict?: boolean | undefined;
  /**
   * Threads, 1..256. Inside one run; and on Node's processor as many, each with one inside its runs, share the work of
   * containers and large batches. Where left out: inside a run ONNX Runtime's own choice (one a core), no others.
   */
  readonly threads?: number | undefined;
  /** Most images that are run at once, 1..4096; 64 where left out. */
  readonly batchSize?: number | undefined;
  /**
   * How the context prior is computed: `simd` (WebAssembly) is at least ten times as fast as `plain` (JavaScript); both give the
   * same bytes. Where left out: `simd` where it runs, else `plain`.
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
 * Called after every piece of a file that arrives; loading waits for a promise that it returns. An error that it throws
 * ends the loading, which rejects with that error.
 */
export type OnProgress = (progress: LoadProgress) => unknown;

/** Options of what fetches files. */
export interface FetchingOptions {
  /** Called with the progress of each file; an error that it throws ends the loading. */
  readonly onProgress?: OnProgress | undefined;
  /** Stops the loading; it then rejects with ConvaeError ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /**
   * False: nothing is kept in the browser's Cache Storage, nor taken from it. Where left out, files are kept there under
   * their SHA-256 and not fetched again.
   */
  readonly cache?: boolean | undefined;
}

const MAX_THREADS = 256;
const MAX_BATCH_SIZE = 4096;

/**
 * Checks the options of `loadCodec` against the providers that a platform has.
 * @throws TypeError or RangeError with what was expected and what was received.
 */
export function checkLoadOptions(
  options: LoadOptions & FetchingOptions,
  available: readonly ExecutionProvider[],
): void {
  const { executionProviders, strict, threads, batchSize, contextKernel, cache } = options;
  if (executionProviders !== undefined) checkProviders(executionProviders, available);
  if (executionProviders === 'auto' && strict)
    throw new RangeError("expected options.executionProviders by name with options.strict, received 'auto'");
  for (const [name, value] of Object.entries({ strict, cache }))
    if (value !== undefined && typeof value !== 'boolean')
      throw wrongKind('a boolean', `options.${name}`, value);
  if (threads !== undefined) checkCount(threads, 'options.threads', MAX_THREADS);
  if (batchSize !== undefined) checkCount(batchSize, 'options.batchSize', MAX_BATCH_SIZE);
  if (contextKernel !== undefined) checkOneOf(contextKernel, CONTEXT_KERNELS, 'options.contextKernel');
}

function checkProviders(
  providers: readonly ExecutionProvider[] | 'auto',
  available: readonly ExecutionProvider[],
): void {
  if (providers === 'auto') return;
  if (!Array.isArray(providers))
    throw wrongKind("an array or 'auto'", 'options.executionProviders', providers);
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
