import {
  cropImages,
  type Images,
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
import { type CodecParts, inWorkspace, runDecoder } from './parts.js';
import { runEncoder } from './run-encoder.js';
import { joinedImages, latentShape } from './shapes.js';

/** See `Codec.embed`. */
export async function embed(parts: CodecParts, images: Images, options: CallOptions): Promise<LatentBatch> {
  const { batch, shape } = checked(parts, images, options);
  const size = shape.channels * shape.height * shape.width;
  const data = new Float32Array(batch.count * size);
  const part = (start: number, end: number) =>
    end - start === batch.count ? data : data.subarray(start * size, end * size);
  if (isLarge(parts.manifest, batch)) {
    const { embedLarge } = await import('./large-images.js');
    for (let i = 0; i < batch.count; i++)
      await embedLarge(
        parts,
        sliceBatch(batch, i, i + 1),
        { data: part(i, i + 1), ...shape },
        options.signal,
      );
  } else
    await inWorkspace(parts, batch, batch.count, async (workspace, step) => {
      for (let start = 0; start < batch.count; start += step) {
        parts.checkAlive(options.signal);
        const end = Math.min(batch.count, start + step);
        const images = sliceBatch(batch, start, end);
        const floats = isFloatImages(images) ? images : workspace.toFloats(images);
        await runEncoder(parts, floats, shape, part(start, end));
      }
    });
  return { data, count: batch.count, ...shape };
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

/** One batch of the images, checked, and the shape of their latents. */
function checked({ manifest, checkAlive }: CodecParts, images: Images, { signal }: CallOptions) {
  checkAlive(signal);
  const batch = joinedImages(images);
  checkImages(batch, manifest);
  return { batch, shape: latentShape(manifest, batch.height, batch.width) };
}
