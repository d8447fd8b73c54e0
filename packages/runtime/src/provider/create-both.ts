import type { Bundle } from '../bundle/load.js';
import type { Manifest } from '../bundle/manifest.js';
import { ConvaeError } from '../errors.js';
import type { ExecutionProvider } from './execution-provider.js';
import { createGraphSession, firstLine, type GraphSession } from './graph-session.js';
import { noEncoder } from './no-encoder.js';
import type { OrtPlatform, OrtSessionOptions } from './ort.js';
import type { Networks } from './probe.js';
import { createRunQueue, type RunQueue } from './queue.js';

/** WebGPU sessions share one device context, which takes one run at a time. */
export async function createBoth(
  { ort, queue: shared, device }: OrtPlatform,
  { manifest, encoder, decoder }: Bundle,
  options: OrtSessionOptions,
  provider: ExecutionProvider,
): Promise<Networks> {
  const queue = shared ?? createRunQueue();
  const decoderQueue: RunQueue = shared ?? (provider === 'webgpu' ? queue : createRunQueue());
  const create = (model: Uint8Array, graph: Manifest['encoder'], own: RunQueue): Promise<GraphSession> =>
    createGraphSession(ort, model, graph, options, own, device?.guard);
  const first = encoder ? await create(encoder, manifest.encoder, queue) : noEncoder(manifest);
  try {
    const second = await create(decoder, manifest.decoder, decoderQueue);
    return { encoder: first, decoder: second };
  } catch (error) {
    await first.release().catch(() => undefined);
    throw error;
  }
}

/** The base provider runs everywhere, so what fails on it is the graph. */
export function graphError(error: unknown, { location }: Bundle): unknown {
  if (error instanceof ConvaeError && error.code !== 'RUN_FAILED') return error;
  return new ConvaeError('GRAPH_INVALID', `${location}: ${firstLine(error)}`, { cause: error });
}
