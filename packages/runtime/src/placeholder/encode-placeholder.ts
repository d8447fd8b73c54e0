import { joinBytes } from '../bytes.js';
import { checkInteger } from '../checks.js';
import type { EncodeOptions } from '../codec/coding/coding-context.js';
import { ConvaeError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import { areaAverage } from './area-average.js';
import { cheapest, finest, softened } from './attempts.js';
import { writeHead } from './head-byte.js';
import { MAX_PLACEHOLDER_BYTES, type PlaceholderCodec, placeholderQualities } from './placeholder-codec.js';

/** The most bytes that a placeholder has where nothing else is asked for. */
export const DEFAULT_PLACEHOLDER_BYTES = 40;

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

/**
 * Encodes a picture of any size as a placeholder: some 20 bytes that stand for it until it is there (FORMAT.md,
 * "Placeholder"). It is scaled to the bundle's own size, transparent parts on white, and coded at the quality that is most
 * worth its bytes, or at the one asked for and, where that does not fit into `maxBytes`, the finest below that does. A
 * picture that fits at none is softened.
 * @param codec any codec of a bundle for placeholders, `models/placeholder`.
 * @param image one image, uint8 H×W×C, 1, 3 or 4 channels.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError UNSUPPORTED for a bundle that does not code RGB, TARGET_UNREACHABLE where `maxBytes` is too small for
 *   one flat colour, and as `Codec.encode` and `Codec.decode`.
 */
export async function encodePlaceholder(
  codec: PlaceholderCodec,
  image: ImageBatch,
  options: EncodePlaceholderOptions = {},
): Promise<Uint8Array> {
  const qualities = placeholderQualities(codec);
  const { maxBytes = DEFAULT_PLACEHOLDER_BYTES, aspectRatio, quality: wanted, ...others } = options;
  checkInteger(maxBytes, 'options.maxBytes', 1, MAX_PLACEHOLDER_BYTES);
  if (wanted !== undefined) checkInteger(wanted, 'options.quality', 0, qualities - 1);
  const { height, width } = codec.manifest.image;
  const scaled = areaAverage(image, height, width);
  const ratio = aspectRatio ?? image.width / image.height;
  checkRatio(ratio);
  const task = { codec, image: scaled, options: others, maxPayload: maxBytes - 1 };
  const first = wanted === undefined ? await cheapest(task, qualities) : await finest(task, wanted);
  const chosen = first ?? (await softened(task));
  if (chosen === undefined)
    throw new ConvaeError(
      'TARGET_UNREACHABLE',
      `no placeholder of this picture has at most ${maxBytes} bytes`,
    );
  const { quality, payload } = chosen;
  return joinBytes([Uint8Array.of(writeHead({ quality, aspectRatio: ratio }, qualities)), payload]);
}
