import type { LosslessBundle } from '../bundle/load.js';
import type { Manifest } from '../bundle/manifest.js';
import { bundlePixels } from '../bundle/pixels.js';
import { checkNotAborted } from '../checks.js';
import type { ContextKernelName, KernelOptions } from '../context/index.js';
import { ConvaeError } from '../errors.js';
import { PixelPrior } from '../pixels/index.js';
import type { ExecutionProvider } from '../provider/execution-provider.js';
import { BitstreamCodec, PLAIN_NOTICE } from './bitstream-codec.js';
import type { CodingContext, Threads } from './coding/index.js';
import { losslessCoding } from './coding/lossless-coding.js';
import type { Codec } from './interface.js';

/**
 * Makes a codec of a lossless bundle. No ONNX Runtime is loaded.
 * @param executionProvider what the codec names: the platform's base provider.
 * @param pool threads that share bulk work, which the codec owns from here on; none where left out.
 * @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here; as `bundlePixels`.
 */
export function createLosslessCodec(
  bundle: LosslessBundle,
  executionProvider: ExecutionProvider,
  options: KernelOptions = {},
  pool?: Threads,
): Codec {
  return new LosslessCodec(bundle, executionProvider, options, pool);
}

class LosslessCodec extends BitstreamCodec implements Codec {
  readonly lossless = true;
  readonly manifest: Manifest;
  readonly executionProvider: ExecutionProvider;
  readonly passedOver = [];
  readonly threads: number;
  readonly contextKernel: ContextKernelName;
  readonly notices: readonly string[];
  readonly #coding: CodingContext;
  readonly #pool: Threads | undefined;
  #disposed = false;

  constructor(
    bundle: LosslessBundle,
    executionProvider: ExecutionProvider,
    options: KernelOptions,
    pool: Threads | undefined,
  ) {
    super();
    const prior = new PixelPrior(bundlePixels(bundle), options);
    // What `lossless` says: a manifest without networks.
    this.manifest = bundle.manifest as unknown as Manifest;
    this.executionProvider = executionProvider;
    this.contextKernel = prior.kernel;
    this.notices = prior.kernel === 'plain' && options.kernel === undefined ? [PLAIN_NOTICE] : [];
    this.threads = pool?.count ?? 1;
    this.#pool = pool;
    this.#coding = { ...losslessCoding(bundle, prior), threads: pool };
  }

  embed(): Promise<never> {
    return this.#refuse('embed');
  }

  reconstruct(): Promise<never> {
    return this.#refuse('reconstruct');
  }

  roundTrip(): Promise<never> {
    return this.#refuse('roundTrip');
  }

  denoise(): Promise<never> {
    return this.#refuse('denoise');
  }

  score(): Promise<never> {
    return this.#refuse('score');
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#pool?.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  coding(signal?: AbortSignal): CodingContext {
    this.#checkAlive();
    checkNotAborted(signal);
    return this.#coding;
  }

  async #refuse(method: string): Promise<never> {
    this.#checkAlive();
    const problem = `${this.manifest.name} is a lossless bundle without networks: it does not ${method}`;
    throw new ConvaeError('UNSUPPORTED', problem);
  }

  #checkAlive(): void {
    if (this.#disposed) throw new ConvaeError('DISPOSED', 'the codec was used after dispose()');
  }
}
