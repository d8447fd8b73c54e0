import type { Manifest } from '../bundle/manifest.js';
import { checkFinite } from '../checks.js';
import type { FloatImageBatch, ItemShape, LatentBatch } from '../image.js';
import { imagesAtOnce } from '../provider/batch.js';
import type { NetworkSessions } from '../provider/open-sessions.js';
import { denormalise } from './normalisation.js';
import type { Pixels, PixelWorkspace } from './pixels/pixels.js';
import { imageSize } from './shapes.js';

/** What the calls of a codec share. */
export interface CodecParts {
  readonly manifest: Manifest;
  readonly sessions: NetworkSessions;
  readonly batchSize: number;
  readonly pixels: Pixels;
  /** Of the strips of large images, in units; what once was too little is not tried again. */
  readonly overlaps: { encoder: number; decoder: number };
  /** @throws ConvaeError DISPOSED or ABORTED. */
  checkAlive(signal: AbortSignal | undefined): void;
}

/** What an error calls it. */
export const DECODED = 'the decoder’s output';

/** Runs a task on some images at a time: with a workspace for as many. */
export async function inWorkspace<Result>(
  { batchSize, pixels }: CodecParts,
  { channels, height, width }: ItemShape,
  count: number,
  task: (workspace: PixelWorkspace, step: number) => Promise<Result>,
): Promise<Result> {
  const step = imagesAtOnce(batchSize, { height, width });
  const workspace = pixels.take(Math.min(step, count) * channels * height * width);
  try {
    return await task(workspace, step);
  } finally {
    pixels.giveBack(workspace);
  }
}

/** Runs the decoder; gives images of the padded size, 0..1. */
export async function runDecoder(
  { manifest, sessions }: CodecParts,
  latents: LatentBatch,
): Promise<FloatImageBatch> {
  const padded = imageSize(manifest, latents, {});
  const data = await sessions.decoder.run(latents.data, latents.count, latents, padded);
  checkFinite(data, DECODED);
  return denormalise({ data, count: latents.count, ...padded }, manifest.normalisation);
}
