import type { Bundle } from '../bundle/load.js';
import { ConvaeError } from '../errors.js';
import { createBoth, graphError } from './create-both.js';
import type { ExecutionProvider, PassedOver } from './execution-provider.js';
import { probeProblem } from './golden-vector.js';
import { firstLine } from './graph-session.js';
import { keepFastest } from './measure-run.js';
import type { LoadOrt, OrtModule, OrtPlatform, OrtSessionOptions } from './ort.js';
import { type ProbeOutput, releaseBoth, runProbe } from './probe.js';
import { createRunQueue } from './queue.js';
import { type LosableSessions, recoverable } from './recovery.js';
import { RELU_GRAPH } from './relu-graph.js';
import { sessionOptions } from './session-options.js';

export { EXECUTION_PROVIDERS, type ExecutionProvider, type PassedOver } from './execution-provider.js';

/** Both networks on the chosen execution provider, and notes about that choice. */
export type NetworkSessions = Omit<LosableSessions, 'lost'>;

/** How to choose among execution providers. */
export interface ProviderOptions {
  /** In order of preference; `auto` for the fastest of `available`, measured. */
  readonly executionProviders: readonly ExecutionProvider[] | 'auto';
  /** The one that is always there, tried last: cpu on Node, wasm in browsers. */
  readonly baseProvider: ExecutionProvider;
  /** True where anything but the first of `executionProviders` is an error. */
  readonly strict: boolean;
  /** Threads inside one run; ONNX Runtime's own choice where left out. */
  readonly threads?: number | undefined;
  /** All that the platform has; needed for `auto`. */
  readonly available?: readonly ExecutionProvider[] | undefined;
  /** Most images that the codec will run at once: what is measured for `auto`. */
  readonly batchSize?: number | undefined;
  /** Says without trying why a provider cannot run on this platform. */
  readonly whyUnavailable?: ((provider: ExecutionProvider) => string | undefined) | undefined;
}

/** What opening on any provider needs. */
interface Opening {
  readonly load: LoadOrt;
  readonly bundle: Bundle;
  readonly options: ProviderOptions;
}

/**
 * Loads both networks on the first execution provider that creates the sessions and computes the bundle's golden
 * vector, or on the fastest of those. Sessions on a lost device are opened again.
 * @param ort ONNX Runtime, or what loads it for an execution provider.
 * @throws ConvaeError PROVIDER_UNAVAILABLE where `strict` forbids falling back, GRAPH_INVALID where the graphs
 * cannot be loaded on any provider or are not those of the manifest.
 */
export async function openSessions(
  ort: OrtModule | LoadOrt,
  bundle: Bundle,
  options: ProviderOptions,
): Promise<NetworkSessions> {
  const load: LoadOrt = typeof ort === 'function' ? ort : async () => ({ ort });
  const opening = { load, bundle, options };
  const first =
    options.executionProviders === 'auto'
      ? await openFastest(opening)
      : await openFirst(opening, options.executionProviders);
  return recoverable(first, (where) =>
    openOn(opening, where === 'same' ? first.executionProvider : options.baseProvider),
  );
}

async function openFirst(
  opening: Opening,
  providers: readonly ExecutionProvider[],
): Promise<LosableSessions> {
  const { baseProvider, strict } = opening.options;
  const wanted = strict ? providers.slice(0, 1) : [...providers, baseProvider];
  const passedOver: PassedOver[] = [];
  for (const executionProvider of new Set(wanted)) {
    const opened = await tryOn(opening, executionProvider);
    if ('encoder' in opened) return { ...opened, passedOver };
    if (strict) {
      const problem = `${executionProvider} cannot run here: ${opened.reason}`;
      throw new ConvaeError('PROVIDER_UNAVAILABLE', problem, { cause: opened.error });
    }
    passedOver.push({ provider: executionProvider, reason: opened.reason });
  }
  throw new RangeError('expected at least 1 name for executionProviders, received none');
}

/** Measures a run on every provider that works and keeps the fastest: a GPU need not be it. */
async function openFastest(opening: Opening): Promise<LosableSessions> {
  const { baseProvider, available = [baseProvider], batchSize } = opening.options;
  const passedOver: PassedOver[] = [];
  const opened = new Set<LosableSessions>();
  try {
    for (const provider of new Set([baseProvider, ...available])) {
      const sessions = await tryOn(opening, provider);
      if ('encoder' in sessions) opened.add(sessions);
      else passedOver.push({ provider, reason: sessions.reason });
    }
    passedOver.push(...(await keepFastest(opened, opening.bundle.manifest, baseProvider, batchSize)));
  } catch (error) {
    await Promise.all([...opened].map(releaseBoth));
    throw graphError(error, opening.bundle);
  }
  const [fastest] = opened;
  return { ...fastest!, passedOver };
}

/** Sessions, or why there are none. @throws ConvaeError where no other provider would do better. */
async function tryOn(
  opening: Opening,
  provider: ExecutionProvider,
): Promise<LosableSessions | { readonly reason: string; readonly error: unknown }> {
  try {
    return await openOn(opening, provider);
  } catch (error) {
    if (provider === opening.options.baseProvider || isFinal(error)) throw graphError(error, opening.bundle);
    return { reason: firstLine(error), error };
  }
}

/** Loads both networks on one execution provider and compares a run with the bundle's golden vector. */
async function openOn(
  { load, bundle, options }: Opening,
  provider: ExecutionProvider,
): Promise<LosableSessions> {
  const { baseProvider, threads, whyUnavailable } = options;
  const obstacle = whyUnavailable?.(provider);
  if (obstacle !== undefined) throw new Error(obstacle);
  const platform = await load(provider);
  const executionProviders = [platform.provider ?? provider];
  if (provider !== baseProvider) await checkProviderComputes(platform, executionProviders);
  const networks = await createBoth(platform, bundle, sessionOptions(executionProviders, threads), provider);
  try {
    const output = await runProbe(bundle.manifest, networks);
    // Without the encoder there is no output that belongs to the stored latent.
    const stored = bundle.encoder && bundle.manifest.probe;
    const golden = stored ?? (await goldenOf(platform, bundle, provider, baseProvider));
    const problem = golden && probeProblem(bundle.manifest, golden, output);
    if (problem !== undefined) throw new Error(problem);
  } catch (error) {
    await releaseBoth(networks);
    throw error;
  }
  return {
    ...networks,
    executionProvider: provider,
    passedOver: [],
    threads: platform.threads ?? threads,
    notices: platform.notices ?? [],
    lost: platform.device?.lost,
  };
}

/** The golden vector of a bundle that does not keep one: what the same ONNX Runtime computes on its base provider. */
async function goldenOf(
  { ort, queue }: OrtPlatform,
  bundle: Bundle,
  provider: ExecutionProvider,
  baseProvider: ExecutionProvider,
): Promise<ProbeOutput | undefined> {
  if (provider === baseProvider) return undefined;
  const networks = await createBoth({ ort, queue }, bundle, sessionOptions([baseProvider]), baseProvider);
  try {
    return await runProbe(bundle.manifest, networks);
  } finally {
    await releaseBoth(networks);
  }
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
      ...sessionOptions(executionProviders),
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    }),
  );
  await queue.enqueue(() => session.release());
}

/** No other execution provider would do better. */
function isFinal(error: unknown): boolean {
  return error instanceof ConvaeError && (error.code === 'GRAPH_INVALID' || error.code === 'ABORTED');
}
