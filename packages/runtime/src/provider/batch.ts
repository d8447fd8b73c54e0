/** Images run at once where a codec is not told otherwise: 32 to 256 are the fast ones, larger falls out of cache. */
export const DEFAULT_BATCH_SIZE = 64;

/** Most pixels run at once, so that a batch of large images does not need memory for 64 of them. */
const MAX_BATCH_PIXELS = 1 << 20;

/** How many images of this size are run at once, at most `batchSize`. */
export function imagesAtOnce(
  batchSize: number,
  { height, width }: { readonly height: number; readonly width: number },
): number {
  return Math.max(1, Math.min(batchSize, Math.floor(MAX_BATCH_PIXELS / (height * width))));
}
