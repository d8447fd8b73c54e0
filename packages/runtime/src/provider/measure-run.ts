import type { Manifest } from '../bundle/manifest.js';
import { median } from '../median.js';
import { DEFAULT_BATCH_SIZE, imagesAtOnce } from './batch.js';
import type { ExecutionProvider, PassedOver } from './execution-provider.js';
import { firstLine } from './graph-session.js';
import { type Networks, probeEncoder, releaseBoth } from './probe.js';

/** What takes part: both networks on an execution provider. */
interface Entrant extends Networks {
  readonly executionProvider: ExecutionProvider;
}

/** Time that a measurement may take, milliseconds; the first run, which is not counted, comes on top. */
const BUDGET_MS = 60;
const MAX_RUNS = 20;

/**
 * Measures as many images as a codec runs at once, and releases all of `opened` but the fastest.
 * @returns Why each of the others was passed over.
 * @throws Error where the base provider cannot run them: `opened` holds what is not released yet.
 */
export async function keepFastest(
  opened: Set<Entrant>,
  manifest: Manifest,
  baseProvider: ExecutionProvider,
  batchSize = DEFAULT_BATCH_SIZE,
): Promise<PassedOver[]> {
  if (opened.size < 2) return [];
  const passedOver: PassedOver[] = [];
  const passOver = async (entrant: Entrant, reason: string): Promise<void> => {
    opened.delete(entrant);
    await releaseBoth(entrant);
    passedOver.push({ provider: entrant.executionProvider, reason });
  };
  const count = imagesAtOnce(batchSize, manifest.image);
  const times = new Map<Entrant, number>();
  for (const entrant of [...opened]) {
    const result = await tryMeasure(manifest, entrant, count);
    if (typeof result === 'number') times.set(entrant, result);
    else if (entrant.executionProvider === baseProvider) throw result;
    else await passOver(entrant, result.message);
  }
  const [fastest, ...slower] = [...times].sort(([, a], [, b]) => a - b);
  const best = fastest && `${formatMs(fastest[1])} on ${fastest[0].executionProvider}`;
  for (const [entrant, ms] of slower)
    await passOver(entrant, `slower here: ${formatMs(ms)} for ${count} image(s), ${best}`);
  return passedOver;
}

/** The time of a run, or why there is none. */
async function tryMeasure(manifest: Manifest, entrant: Entrant, count: number): Promise<number | Error> {
  try {
    return await measureRun(manifest, entrant, count);
  } catch (cause) {
    const problem = `${entrant.executionProvider} cannot run ${count} image(s) at once`;
    return new Error(`${problem}: ${firstLine(cause)}`, { cause });
  }
}

/**
 * Measures one run of `count` probe images through both networks.
 * @returns The median, milliseconds.
 */
export async function measureRun(manifest: Manifest, networks: Networks, count: number): Promise<number> {
  const encode = probeEncoder(manifest, networks, count);
  const { image, latent } = manifest;
  const run = async (): Promise<void> => {
    const latents = await encode();
    await networks.decoder.run(latents, count, latent, image);
  };
  // The first run of a size compiles shaders and takes memory.
  await run();
  const times: number[] = [];
  const begin = performance.now();
  while (times.length === 0 || (times.length < MAX_RUNS && performance.now() - begin < BUDGET_MS)) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times)!;
}

/** A duration for people, e.g. `3.2 ms`. */
function formatMs(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
