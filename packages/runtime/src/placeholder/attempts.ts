import { readImageStream } from '../bitstream/image-stream.js';
import type { EncodeOptions } from '../codec/coding/coding-context.js';
import { meanSquaredError } from '../codec/distortion.js';
import type { ImageBatch } from '../image.js';
import { areaAverage } from './area-average.js';
import type { PlaceholderCodec } from './placeholder-codec.js';

/**
 * The weight of the squared error of a picture, pixels 0..1, beside its bits. Chosen on training images: those of
 * `models/placeholder` take 23 bytes on average with it.
 */
const LAMBDA = 10;

/** Squares a side that a picture is averaged to where it has too much detail at the coarsest quality. */
const SOFTENED = [4, 1];

/** A picture of the bundle's size that is coded with a codec, in at most so many bytes. */
export interface Task {
  readonly codec: PlaceholderCodec;
  readonly image: ImageBatch;
  readonly options: EncodeOptions;
  readonly maxPayload: number;
}

/** A payload, and the quality that it was coded at. */
export interface Attempt {
  readonly quality: number;
  readonly payload: Uint8Array;
  readonly stream: Uint8Array;
}

/** The picture at a quality; undefined where that takes too many bytes. */
async function attempt(
  { codec, options, maxPayload }: Task,
  image: ImageBatch,
  quality: number,
): Promise<Attempt | undefined> {
  // Readers take the bundle's own prior.
  const stream = await codec.encode(image, { ...options, quality, prior: undefined });
  const { payload } = readImageStream(stream);
  return payload.length <= maxPayload ? { quality, payload, stream } : undefined;
}

/** At the finest quality of 0..`best` that fits. */
export async function finest(task: Task, best: number): Promise<Attempt | undefined> {
  for (let quality = best; quality >= 0; quality--) {
    const found = await attempt(task, task.image, quality);
    if (found) return found;
  }
  return undefined;
}

/** At the quality that is most worth its bytes of those that fit: bits + lambda · squared error are least. */
export async function cheapest(task: Task, qualities: number): Promise<Attempt | undefined> {
  let [best, least]: [Attempt | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (let quality = 0; quality < qualities; quality++) {
    const found = await attempt(task, task.image, quality);
    const cost = found ? await costOf(task, found) : least;
    if (cost < least) [best, least] = [found, cost];
  }
  return best;
}

async function costOf({ codec, image, options }: Task, { stream }: Attempt): Promise<number> {
  const decoded = await codec.decode(stream, { signal: options.signal });
  return 8 * stream.length + LAMBDA * image.data.length * meanSquaredError(image, decoded);
}

/** Softer and softer at the coarsest quality, until it fits. */
export async function softened(task: Task): Promise<Attempt | undefined> {
  const { height, width } = task.image;
  for (const side of SOFTENED) {
    const soft = areaAverage(areaAverage(task.image, side, side), height, width);
    const found = await attempt(task, soft, 0);
    if (found) return found;
  }
  return undefined;
}
