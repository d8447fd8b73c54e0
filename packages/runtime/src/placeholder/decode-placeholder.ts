import { writeImageStream } from '../bitstream/write-image-stream.js';
import { defaultPrior } from '../bundle/default-prior.js';
import { checkBytes, checkLimit } from '../checks.js';
import type { CallOptions } from '../codec/coding/coding-context.js';
import { ConvaeError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import { areaAverage } from './area-average.js';
import { type PlaceholderHead, readHead } from './head-byte.js';
import { MAX_PLACEHOLDER_BYTES, type PlaceholderCodec, placeholderQualities } from './placeholder-codec.js';
import { writePng } from './png.js';

/** Pixels of the longer side of {@link placeholderDataUrl}. */
const URL_SIDE = 32;

/** A decoded placeholder. */
export interface Placeholder {
  /** One image, uint8 RGB, of the bundle's own size (32×32) whatever the aspect ratio: stretch it to that. */
  readonly image: ImageBatch;
  /** Width over height of the picture, 0.25..4, exact to about 3 %. */
  readonly aspectRatio: number;
}

function openPlaceholder(
  codec: Pick<PlaceholderCodec, 'manifest'>,
  bytes: Uint8Array,
): PlaceholderHead & { readonly payload: Uint8Array } {
  checkBytes(bytes);
  checkLimit(bytes.length, MAX_PLACEHOLDER_BYTES, 'the placeholder has', 'bytes');
  if (bytes.length === 0) throw new ConvaeError('DATA_TRUNCATED', 'the placeholder is empty');
  return { ...readHead(bytes[0]!, placeholderQualities(codec)), payload: bytes.subarray(1) };
}

/**
 * The aspect ratio of a placeholder's picture, width over height, 0.25..4: no network runs.
 * @throws TypeError where `bytes` is no Uint8Array; ConvaeError DATA_INVALID, DATA_TRUNCATED, LIMIT_EXCEEDED or UNSUPPORTED.
 */
export function placeholderAspectRatio(codec: Pick<PlaceholderCodec, 'manifest'>, bytes: Uint8Array): number {
  return openPlaceholder(codec, bytes).aspectRatio;
}

/**
 * Decodes what `encodePlaceholder` wrote, with a codec of the same bundle.
 * @throws TypeError where `bytes` is no Uint8Array.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, LIMIT_EXCEEDED, UNSUPPORTED, and as `Codec.decode`.
 */
export async function decodePlaceholder(
  codec: Pick<PlaceholderCodec, 'manifest' | 'decode'>,
  bytes: Uint8Array,
  options: CallOptions = {},
): Promise<Placeholder> {
  const { quality, aspectRatio, payload } = openPlaceholder(codec, bytes);
  const prior = defaultPrior(codec.manifest);
  const image = await codec.decode(writeImageStream({ prior, quality, payload }), options);
  return { image, aspectRatio };
}

/**
 * Decodes a placeholder to a `data:` URL for `<img src>` or a CSS background: a PNG of some 4 kB whose longer side has 32
 * pixels, of the picture's aspect ratio. Browsers enlarge it smoothly.
 * @throws as {@link decodePlaceholder}.
 */
export async function placeholderDataUrl(
  codec: Pick<PlaceholderCodec, 'manifest' | 'decode'>,
  bytes: Uint8Array,
  options: CallOptions = {},
): Promise<string> {
  const { image, aspectRatio } = await decodePlaceholder(codec, bytes, options);
  const height = Math.round(URL_SIDE / Math.max(1, aspectRatio));
  const width = Math.round(URL_SIDE * Math.min(1, aspectRatio));
  const png = writePng(areaAverage(image, height, width));
  return `data:image/png;base64,${btoa(String.fromCharCode(...png))}`;
}
