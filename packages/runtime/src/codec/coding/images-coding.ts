import { checkInteger } from '../../checks.js';
import type { Steps } from '../../entropy/index.js';
import { type FloatImageBatch, type ImageBatch, type LatentBatch, sliceBatch } from '../../image.js';
import type { CodingContext, CodingSettings, EncodeOptions } from './coding-context.js';
import { checkAffordable, encodePayload } from './payload.js';

/** The highest effort of encoding. */
export const MAX_EFFORT = 9;

/** Of the progress of encoding with an effort, what the search for symbols takes; the rest is that of coding them. */
const SEARCH_SHARE = 0.9;

/** @throws TypeError or RangeError where the effort is no integer of 0..9. */
export function checkedEffort({ effort = 0 }: EncodeOptions): number {
  checkInteger(effort, 'options.effort', 0, MAX_EFFORT);
  return effort;
}

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
  context: CodingContext,
  images: ImageBatch | FloatImageBatch,
  latents: LatentBatch,
  settings: CodingSettings,
  options: EncodeOptions,
): Promise<ImagesCoding> {
  const effort = checkedEffort(options);
  if (effort === 0) {
    const encode = (start: number, end: number): Steps<Uint8Array> =>
      encodePayload(context.model, sliceBatch(latents, start, end), settings);
    return { encode, options };
  }
  checkAffordable(context.model, latents, settings);
  const { refineSymbols } = await import('../effort/index.js');
  const { signal, onProgress } = options;
  const { count } = images;
  const searched = onProgress && ((part: number) => onProgress(SEARCH_SHARE * part * count));
  const search = { signal, onProgress: searched };
  const encode = await refineSymbols({ context, images, latents, settings, effort, options: search });
  const coded =
    onProgress && ((done: number) => onProgress(SEARCH_SHARE * count + (1 - SEARCH_SHARE) * done));
  return { encode, options: { ...options, onProgress: coded } };
}
