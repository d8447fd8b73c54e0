import type { Prior } from '../bitstream/index.js';
import { isSequence, wrongKind } from '../checks.js';
import { dequantize, qualitiesOf, quantize, quantizerAt } from '../entropy/quantizer.js';
import { ConvaeError } from '../errors.js';
import { type FloatImageBatch, type ImageBatch, isFloatImages, toUint8Images } from '../image.js';
import { joinBatches } from '../join-batches.js';
import type { ImageSequence } from './coding/index.js';
import { meanSquaredError, psnrOf } from './distortion.js';
import type { CallOptions, Codec } from './interface.js';

/**
 * What a quality is to reach: at most so many bytes an image on average, or at least so many decibels, the PSNR of all
 * images together.
 */
export type QualityTarget = { readonly bytes: number } | { readonly psnr: number };

/** Options of {@link chooseQuality}. */
export interface ChooseQualityOptions extends Pick<CallOptions, 'signal'> {
  /** The prior whose bytes count; the bundle's own choice where left out. */
  readonly prior?: Prior | undefined;
  /** True to count the bytes of one container with all images instead of a stream for each. */
  readonly container?: boolean | undefined;
  /** Most images in a chunk of that container, as for `encodeContainer`. */
  readonly chunk?: number | undefined;
  /** The effort to encode with, as for `encode`. */
  readonly effort?: number | undefined;
}

/** What {@link chooseQuality} gives. */
export interface ChosenQuality {
  readonly quality: number;
  /** What it reaches: bytes an image, or decibels. */
  readonly reached: number;
}

/**
 * Chooses the quality to encode images with: the highest whose bytes an image are at most `bytes`, or the lowest that
 * reaches `psnr`. Images are encoded once for each quality that is tried.
 * @param images a batch, or a sequence of batches that can be taken more than once: an array, no generator.
 * @throws TypeError or RangeError where an argument is not what it should be.
 * @throws ConvaeError TARGET_UNREACHABLE where no quality does, with the nearest there is; and as `Codec.encode`.
 */
export async function chooseQuality(
  codec: Codec,
  images: ImageBatch | FloatImageBatch | ImageSequence,
  target: QualityTarget,
  options: ChooseQualityOptions = {},
): Promise<ChosenQuality> {
  const sequence = isSequence(images) ? images : [images];
  const { manifest } = codec;
  const qualities = codec.lossless ? [0] : qualitiesOf(manifest.quantizer);
  if (qualities.length === 0) throw new ConvaeError('UNSUPPORTED', `${manifest.name} has no qualities`);
  if ('bytes' in target) {
    const wanted = checkedTarget(target.bytes, 'target.bytes');
    const measure = (quality: number) => bytesAt(codec, sequence, quality, options);
    return firstOf(qualities.reverse(), measure, (bytes) => bytes <= wanted, {
      wanted: `at most ${wanted} bytes an image`,
      nearest: (found) => `the fewest are ${Math.ceil(Math.min(...found))}`,
    });
  }
  const wanted = checkedTarget(target.psnr, 'target.psnr');
  return firstOf(
    qualities,
    (quality) => psnrAt(codec, sequence, quality, options),
    (psnr) => psnr >= wanted,
    {
      wanted: `at least ${wanted} dB`,
      nearest: (found) => `the most are ${(Math.floor(100 * Math.max(...found)) / 100).toFixed(2)}`,
    },
  );
}

function checkedTarget(value: number, name: string): number {
  if (typeof value !== 'number') throw wrongKind('a number', name, value);
  if (value > 0 && value < Infinity) return value;
  throw new RangeError(`expected a number above 0 for ${name}, received ${value}`);
}

/** The first of the qualities that serves; bytes and decibels need not rise from each to the next. */
async function firstOf(
  qualities: readonly number[],
  measure: (quality: number) => Promise<number>,
  serves: (reached: number) => boolean,
  words: { readonly wanted: string; nearest(found: readonly number[]): string },
): Promise<ChosenQuality> {
  const found: number[] = [];
  for (const quality of qualities) {
    const reached = await measure(quality);
    if (serves(reached)) return { quality, reached };
    found.push(reached);
  }
  throw new ConvaeError(
    'TARGET_UNREACHABLE',
    `no quality gives ${words.wanted} for these images: ${words.nearest(found)}`,
  );
}

async function bytesAt(
  codec: Codec,
  images: ImageSequence,
  quality: number,
  { container = false, prior, chunk, signal, effort }: ChooseQualityOptions,
): Promise<number> {
  if (container) {
    const sink = { write: () => undefined };
    const written = await codec.encodeContainer(images, sink, { quality, prior, chunk, signal, effort });
    return written.bytes / written.images;
  }
  let [bytes, count] = [0, 0];
  for await (const batch of images) {
    const streams = await codec.encodeBatch(batch, { quality, prior, signal, effort });
    for (const { length } of streams) bytes += length;
    count += batch.count;
  }
  return bytes / count;
}

async function psnrAt(
  codec: Codec,
  images: ImageSequence,
  quality: number,
  options: ChooseQualityOptions,
): Promise<number> {
  if (codec.lossless) return Infinity;
  let [squares, values] = [0, 0];
  for await (const batch of images) {
    const decoded = await decodedAt(codec, batch, quality, options);
    const original = isFloatImages(batch) ? toUint8Images(batch) : batch;
    squares += meanSquaredError(original, decoded) * decoded.data.length;
    values += decoded.data.length;
  }
  return psnrOf(squares / values);
}

/** What decoding gives: without an effort, without the entropy coding between, which loses nothing. */
async function decodedAt(
  codec: Codec,
  batch: ImageBatch | FloatImageBatch,
  quality: number,
  { effort = 0, prior, signal }: ChooseQualityOptions,
): Promise<ImageBatch> {
  if (effort !== 0) {
    const streams = await codec.encodeBatch(batch, { quality, prior, signal, effort });
    const decoded: ImageBatch[] = [];
    for (const stream of streams) decoded.push(await codec.decode(stream, { signal }));
    return joinBatches(decoded);
  }
  const quantizer = quantizerAt(codec.manifest.quantizer!, quality);
  const latents = dequantize(quantize(await codec.embed(batch, { signal }), quantizer), quantizer);
  const { height, width } = batch;
  return codec.reconstruct(latents, { height, width, signal });
}
