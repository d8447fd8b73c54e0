import type { Manifest } from '../bundle/manifest.js';
import { ConvaeError } from '../errors.js';
import {
  cropImages,
  type FloatImageBatch,
  type ImageBatch,
  type Images,
  type ItemShape,
  isFloatImages,
  type LatentBatch,
  sliceBatch,
  toFloatImages,
} from '../image.js';
import { imagesAtOnce } from '../provider/batch.js';
import { checkImages } from './check-images.js';
import { meanSquaredErrors } from './distortion.js';
import type { CallOptions } from './interface.js';
import { isLarge } from './is-large.js';
import { joinedImages } from './joined-images.js';
import { type CodecParts, inWorkspace, runDecoder } from './parts.js';
import { runEncoder } from './run-encoder.js';
import { latentShape } from './shapes.js';

export { joinedImages };

/** See `Codec.embed`. */
export async function embed(parts: CodecParts, images: Images, options: CallOptions): Promise<LatentBatch> {
  const { batch, shape } = checked(parts, images, options);
  if (isLarge(parts.manifest, batch)) return embedAllLarge(parts, batch, shape, options);
  const { count } = batch;
  return inWorkspace(parts, batch, count, async (workspace, step) => {
    const run = (images: ImageBatch | FloatImageBatch): Promise<LatentBatch> =>
      runEncoder(parts, isFloatImages(images) ? images : workspace.toFloats(images), shape);
    // What the network gives is what the caller gets: fresh memory is dear.
    if (count <= step) return run(batch);
    const latents = emptyLatents(count, shape);
    for (let start = 0; start < count; start += step) {
      parts.checkAlive(options.signal);
      const end = Math.min(count, start + step);
      const part = await run(sliceBatch(batch, start, end));
      sliceBatch(latents, start, end).data.set(part.data);
    }
    return latents;
  });
}

async function embedAllLarge(
  parts: CodecParts,
  batch: ImageBatch | FloatImageBatch,
  shape: ItemShape,
  { signal }: CallOptions,
): Promise<LatentBatch> {
  const { embedLarge } = await import('./large-images.js');
  const latents = emptyLatents(batch.count, shape);
  for (let i = 0; i < batch.count; i++)
    await embedLarge(parts, sliceBatch(batch, i, i + 1), sliceBatch(latents, i, i + 1), signal);
  return latents;
}

function emptyLatents(count: number, shape: ItemShape): LatentBatch {
  const { channels, height, width } = shape;
  return { data: new Float32Array(count * channels * height * width), count, ...shape };
}

/** See `Codec.score`. */
export async function score(parts: CodecParts, images: Images, options: CallOptions): Promise<Float64Array> {
  const { batch, shape } = checked(parts, images, options);
  const scores = new Float64Array(batch.count);
  const step = imagesAtOnce(parts.batchSize, batch);
  for (let start = 0; start < batch.count; start += step) {
    parts.checkAlive(options.signal);
    const part = sliceBatch(batch, start, Math.min(batch.count, start + step));
    const floats = isFloatImages(part) ? part : toFloatImages(part);
    const output = await runDecoder(parts, await runEncoder(parts, floats, shape));
    scores.set(meanSquaredErrors(floats, cropImages(output, floats.height, floats.width)), start);
  }
  return scores;
}

/** @throws ConvaeError UNSUPPORTED where the bundle was not trained to remove noise. */
export function checkDenoises({ name, training }: Manifest): void {
  if (typeof training.noise === 'number' && training.noise > 0) return;
  throw new ConvaeError(
    'UNSUPPORTED',
    `${name} was not trained to remove noise: take a bundle that was (training.noise in its manifest)`,
  );
}

/** One batch of the images, checked, and the shape of their latents. */
function checked({ manifest, checkAlive }: CodecParts, images: Images, { signal }: CallOptions) {
  checkAlive(signal);
  const batch = joinedImages(images);
  checkImages(batch, manifest);
  return { batch, shape: latentShape(manifest, batch.height, batch.width) };
}
