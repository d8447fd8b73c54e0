import type { Bundle } from '../bundle/load.js';
import { ConvaeError } from '../errors.js';
import { checkFinite } from '../image.js';
import type { ExecutionProvider, PassedOver } from './execution-provider.js';
import { createGraphSession, firstLine, type GraphSession } from './graph-session.js';
import type { LoadOrt, OrtModule, OrtPlatform, OrtSessionOptions } from './ort.js';
import { createRunQueue, type RunQueue } from './queue.js';
import { RELU_GRAPH } from './relu-graph.js';

export { EXECUTION_PROVIDERS, type ExecutionProvider, type PassedOver } from './execution-provider.js';

/** Both networks, loaded on the first execution provider that really ran them. */
export interface NetworkSessions {
  readonly executionProvider: ExecutionProvider;
  readonly passedOver: readonly PassedOver[];
  /** Threads inside one run; undefined where ONNX Runtime chooses. */
  readonly threads: number | undefined;
  /** What the user should know about how it runs, in sentences. */
  readonly notices: readonly string[];
  readonly encoder: GraphSession;
  readonly decoder: GraphSession;
}

/** How to choose among execution providers. */
export interface ProviderOptions {
  /** In order of preference. */
  readonly executionProviders: readonly ExecutionProvider[];
  /** The one that is always there, tried last: cpu on Node, wasm in browsers. */
  readonly baseProvider: ExecutionProvider;
  /** True where anything but the first of `executionProviders` is an error. */
  readonly strict: boolean;
  /** Threads inside one run; ONNX Runtime's own choice where left out. */
  readonly threads?: number | undefined;
  /** Says without trying why a provider cannot run on this platform. */
  readonly whyUnavailable?: ((provider: ExecutionProvider) => string | undefined) | undefined;
}

/**
 * Loads both networks on the first execution provider that creates the sessions and passes a probe run.
 * @param ort ONNX Runtime, or what loads it for an execution provider.
 * @throws ConvaeError PROVIDER_UNAVAILABLE where `strict` forbids falling back, GRAPH_INVALID where the graphs
 * cannot be loaded on any provider or are not those of the manifest.
 */
export async function openSessions(
  ort: OrtModule | LoadOrt,
  bundle: Bundle,
  options: ProviderOptions,
): Promise<NetworkSessions> {
  const { baseProvider, strict } = options;
  const load: LoadOrt = typeof ort === 'function' ? ort : async () => ({ ort });
  const wanted = strict
    ? options.executionProviders.slice(0, 1)
    : [...options.executionProviders, baseProvider];
  const passedOver: PassedOver[] = [];
  for (const executionProvider of new Set(wanted)) {
    try {
      return { ...(await openOn(load, bundle, executionProvider, options)), passedOver };
    } catch (error) {
      if (executionProvider === baseProvider || isFinal(error)) throw graphError(error, bundle);
      const reason = firstLine(error);
      if (strict) {
        throw new ConvaeError('PROVIDER_UNAVAILABLE', `${executionProvider} cannot run here: ${reason}`, {
          cause: error,
        });
      }
      passedOver.push({ provider: executionProvider, reason });
    }
  }
  throw new RangeError('expected at least 1 name for executionProviders, received none');
}

type Sessions = Pick<NetworkSessions, 'encoder' | 'decoder'>;

/** Loads both networks on one execution provider and runs them once. */
async function openOn(
  load: LoadOrt,
  bundle: Bundle,
  provider: ExecutionProvider,
  { baseProvider, threads, whyUnavailable }: ProviderOptions,
): Promise<NetworkSessions> {
  const obstacle = whyUnavailable?.(provider);
  if (obstacle !== undefined) throw new Error(obstacle);
  const platform = await load(provider);
  const executionProviders = [platform.provider ?? provider];
  if (provider !== baseProvider) await checkProviderComputes(platform, executionProviders);
  // Level 4 is fatal only: what fails arrives as an exception, and a library does not write to the console.
  const options: OrtSessionOptions = { executionProviders, logSeverityLevel: 4 };
  if (threads !== undefined) options.intraOpNumThreads = threads;
  const sessions = await createBoth(platform, bundle, options, provider);
  try {
    await probe(bundle, sessions);
  } catch (error) {
    await Promise.all([sessions.encoder.release(), sessions.decoder.release()]);
    throw error;
  }
  return {
    ...sessions,
    executionProvider: provider,
    passedOver: [],
    threads: platform.threads ?? threads,
    notices: platform.notices ?? [],
  };
}

/**
 * Creates a session of a single Relu that may not fall back to the CPU. Without this, a provider whose libraries
 * are half installed (CUDA without cuDNN) is left out by ONNX Runtime without an error.
 */
async function checkProviderComputes(
  { ort, queue = createRunQueue() }: OrtPlatform,
  executionProviders: NonNullable<OrtSessionOptions['executionProviders']>,
): Promise<void> {
  const session = await queue.enqueue(() =>
    ort.InferenceSession.create(RELU_GRAPH, {
      executionProviders,
      logSeverityLevel: 4,
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    }),
  );
  await queue.enqueue(() => session.release());
}

/** WebGPU sessions share one device context, which takes one run at a time. */
async function createBoth(
  { ort, queue: shared }: OrtPlatform,
  { manifest, encoder, decoder }: Bundle,
  options: OrtSessionOptions,
  provider: ExecutionProvider,
): Promise<Sessions> {
  const queue = shared ?? createRunQueue();
  const decoderQueue: RunQueue = shared ?? (provider === 'webgpu' ? queue : createRunQueue());
  const first = await createGraphSession(ort, encoder, manifest.encoder, options, queue);
  try {
    const second = await createGraphSession(ort, decoder, manifest.decoder, options, decoderQueue);
    return { encoder: first, decoder: second };
  } catch (error) {
    await first.release();
    throw error;
  }
}

/** Runs one black image of the trained size through both networks. */
async function probe({ manifest }: Bundle, { encoder, decoder }: Sessions): Promise<void> {
  const { image, latent, normalisation } = manifest;
  const black = new Float32Array(image.channels * image.height * image.width).fill(normalisation.offset);
  const latents = await encoder.run(black, 1, image, latent);
  checkFinite(latents, `the output of ${manifest.encoder.file}`);
  const images = await decoder.run(latents, 1, latent, image);
  checkFinite(images, `the output of ${manifest.decoder.file}`);
}

/** No other execution provider would do better. */
function isFinal(error: unknown): boolean {
  return error instanceof ConvaeError && (error.code === 'GRAPH_INVALID' || error.code === 'ABORTED');
}

/** The base provider runs everywhere, so what fails on it is the graph. */
function graphError(error: unknown, { location }: Bundle): unknown {
  if (error instanceof ConvaeError && error.code !== 'RUN_FAILED') return error;
  return new ConvaeError('GRAPH_INVALID', `${location}: ${firstLine(error)}`, { cause: error });
}
