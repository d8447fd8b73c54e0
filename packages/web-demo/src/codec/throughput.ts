import type { Codec, ImageBatch } from '@convae/runtime/web';

/** Images in one call: as many as the networks take at once. */
const BATCH = 64;
/** Time for each of the two measurements, milliseconds. */
const BUDGET_MS = 250;
const MIN_CALLS = 3;

/** Measured images a second, the way to the worker and back included. */
export interface Throughput {
  readonly encoder: number;
  readonly decoder: number;
}

/** Measures both networks with batches of {@link BATCH}: median of the calls, the first of each not counted. */
export async function measureThroughput(codec: Codec, image: ImageBatch): Promise<Throughput> {
  const data = new Uint8Array(image.data.length * BATCH);
  for (let i = 0; i < BATCH; i++) data.set(image.data, i * image.data.length);
  const batch: ImageBatch = { ...image, data, count: BATCH };
  const latents = await codec.embed(batch);
  const encoder = await imagesPerSecond(() => codec.embed(batch));
  await codec.reconstruct(latents);
  const decoder = await imagesPerSecond(() => codec.reconstruct(latents));
  return { encoder, decoder };
}

async function imagesPerSecond(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + BUDGET_MS;
  while (times.length < MIN_CALLS || performance.now() < end) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  // Clocks of browsers may be coarse: a call never takes nothing.
  return (BATCH * 1000) / Math.max(0.1, times[times.length >> 1]!);
}
