import type { Manifest } from '../bundle/manifest.js';
import { type Networks, probeInput } from './probe.js';

/** Time that a measurement may take, milliseconds; the first run, which is not counted, comes on top. */
const BUDGET_MS = 60;
const MAX_RUNS = 20;
const MIN_RUNS = 1;

/**
 * Measures one run of `count` probe images through both networks.
 * @returns The median, milliseconds.
 */
export async function measureRun(manifest: Manifest, networks: Networks, count: number): Promise<number> {
  const one = probeInput(manifest);
  const input = new Float32Array(one.length * count);
  for (let i = 0; i < count; i++) input.set(one, i * one.length);
  const { image, latent } = manifest;
  const run = async (): Promise<void> => {
    const latents = await networks.encoder.run(input, count, image, latent);
    await networks.decoder.run(latents, count, latent, image);
  };
  // The first run of a size compiles shaders and takes memory.
  await run();
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < MIN_RUNS || (times.length < MAX_RUNS && performance.now() - begin < BUDGET_MS)) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1]!;
}

/** A duration for people, e.g. `3.2 ms`. */
export function formatMs(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
