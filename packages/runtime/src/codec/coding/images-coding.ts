import type { Steps } from '../../entropy/index.js';
import { type FloatImageBatch, type ImageBatch, type LatentBatch, sliceBatch } from '../../image.js';
import type { CodingSettings, EncodeOptions } from './coding-context.js';
import type { Networks } from './networks.js';
import { checkAffordable, encodePayload } from './payload-encoder.js';

/** Of the progress of encoding with an effort, what the search for symbols takes; the rest is that of coding them. */
const SEARCH_SHARE = 0.9;

/** Codes images of a batch, and the options for it. */
export interface ImagesCoding {
  /** The payload of the images `start` to `end` (exclusive). */
  encode(start: number, end: number): Steps<Uint8Array>;
  readonly options: EncodeOptions;
}

/**
 * Prepares the coding of images: their latents are coded as they are, or with an effort the symbols that it finds. Its
 * code is loaded when it is first asked for.
 * @throws ConvaeError UNSUPPORTED where the bundle does not tell its lambda, LIMIT_EXCEEDED, ABORTED.
 */
export async function imagesCoding(
  networks: Networks,
  images: ImageBatch | FloatImageBatch,
  latents: LatentBatch,
  settings: CodingSettings,
  options: EncodeOptions,
): Promise<ImagesCoding> {
  const { effort = 0 } = options;
  if (effort === 0) {
    const encode = (start: number, end: number): Steps<Uint8Array> =>
      encodePayload(networks.model, sliceBatch(latents, start, end), settings);
    return { encode, options };
  }
  checkAffordable(networks.model, latents, settings);
  const { refineSymbols } = await import('../effort/index.js');
  const { signal, onProgress } = options;
  const { count } = images;
  const searched = onProgress && ((part: number) => onProgress(SEARCH_SHARE * part * count));
  const search = { signal, onProgress: searched };
  const encode = await refineSymbols({ networks, images, latents, settings, effort, options: search });
  const coded =
    onProgress && ((done: number) => onProgress(SEARCH_SHARE * count + (1 - SEARCH_SHARE) * done));
  return { encode, options: { ...options, onProgress: coded } };
}
