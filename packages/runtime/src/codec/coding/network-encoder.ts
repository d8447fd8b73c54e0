import type { FloatImageBatch, ImageBatch } from '../../image.js';
import { type CodingSettings, type EncodeOptions, progressFrom } from './coding-context.js';
import { imagesCoding } from './images-coding.js';
import type { Networks } from './networks.js';
import { inTurns } from './turns.js';

/** Images to payloads of `each` images. */
export async function* encodeParts(
  networks: Networks,
  images: ImageBatch | FloatImageBatch,
  each: number,
  settings: CodingSettings,
  options: EncodeOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const latents = await networks.embed(images, { signal: options.signal });
  const coding = await imagesCoding(networks, images, latents, settings, options);
  const symbols = latents.data.length / latents.count;
  for (let start = 0; start < latents.count; start += each) {
    const end = Math.min(latents.count, start + each);
    const steps = coding.encode(start, end);
    yield await inTurns(steps, (end - start) * symbols, progressFrom(start, coding.options), end - start);
  }
}
