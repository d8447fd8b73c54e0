import { readImageStream } from '../bitstream/image-stream.js';
import { joinBytes } from '../bytes.js';
import { checkInteger } from '../checks.js';
import type { EncodeOptions } from '../codec/coding/coding-context.js';
import { ConvaeError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import { areaAverage } from './area-average.js';
import { writeHead } from './head-byte.js';
import { MAX_PLACEHOLDER_BYTES, type PlaceholderCodec, placeholderQualities } from './placeholder-codec.js';

/** The most bytes that a placeholder has where nothing else is asked for. */
export const DEFAULT_PLACEHOLDER_BYTES = 40;

/** Squares a side that a picture is averaged to where it has too much detail at the coarsest quality. */
const SOFTENED = [4, 1];

/** Options of {@link encodePlaceholder}. */
export interface EncodePlaceholderOptions extends Omit<EncodeOptions, 'prior' | 'onProgress'> {
  /** The most bytes that it may have, 1..1024; 40 where left out. */
  readonly maxBytes?: number | undefined;
  /** Width over height as the picture is shown, where its pixels do not tell; 1:4 to 4:1 are kept. */
  readonly aspectRatio?: number | undefined;
}

function checkRatio(value: number): void {
  if (typeof value === 'number' && value > 0 && value < Infinity) return;
  throw new RangeError(`expected a number above 0 for options.aspectRatio, received ${value}`);
}

/** The picture at `best` and all coarser qualities, then softer ones at the coarsest: each takes fewer bytes. */
function* attempts(image: ImageBatch, best: number): Generator<{ image: ImageBatch; quality: number }> {
  for (let quality = best; quality >= 0; quality--) yield { image, quality };
  for (const side of SOFTENED)
    yield { image: areaAverage(areaAverage(image, side, side), image.height, image.width), quality: 0 };
}

/**
 * Encodes a picture of any size as a placeholder: some 20 bytes that stand for it until it is there (FORMAT.md,
 * "Placeholder"). It is scaled to the bundle's own size, transparent parts on white, and coded at the quality asked for, the
 * bundle's default where left out, or the best below it that fits into `maxBytes`; a picture that fits at none is softened.
 * @param codec any codec of a bundle for placeholders, `models/placeholder`.
 * @param image one image, uint8 H×W×C, 1, 3 or 4 channels.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError UNSUPPORTED for a bundle that does not code RGB, TARGET_UNREACHABLE where `maxBytes` is too small for
 *   one flat colour, and as `Codec.encode`.
 */
export async function encodePlaceholder(
  codec: PlaceholderCodec,
  image: ImageBatch,
  options: EncodePlaceholderOptions = {},
): Promise<Uint8Array> {
  const qualities = placeholderQualities(codec);
  const { manifest } = codec;
  const { maxBytes = DEFAULT_PLACEHOLDER_BYTES, aspectRatio, ...rest } = options;
  const { quality: best = manifest.quality ?? qualities - 1 } = rest;
  checkInteger(maxBytes, 'options.maxBytes', 1, MAX_PLACEHOLDER_BYTES);
  checkInteger(best, 'options.quality', 0, qualities - 1);
  const scaled = areaAverage(image, manifest.image.height, manifest.image.width);
  const ratio = aspectRatio ?? image.width / image.height;
  checkRatio(ratio);
  for (const attempt of attempts(scaled, best)) {
    const { quality } = attempt;
    // Readers take the bundle's own prior.
    const stream = await codec.encode(attempt.image, { ...rest, quality, prior: undefined });
    const { payload } = readImageStream(stream);
    const head = Uint8Array.of(writeHead({ quality, aspectRatio: ratio }, qualities));
    if (payload.length < maxBytes) return joinBytes([head, payload]);
  }
  throw new ConvaeError('TARGET_UNREACHABLE', `no placeholder of this picture has at most ${maxBytes} bytes`);
}
