import { type CodedSize, type ContainerHeader, PRIORS, type Prior } from '../../bitstream/index.js';
import type { Manifest } from '../../bundle/manifest.js';
import { checkInteger, checkOneOf } from '../../checks.js';
import { dequantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { ConvaeError } from '../../errors.js';
import {
  type FloatImageBatch,
  type ImageBatch,
  type Images,
  type ItemShape,
  type LatentBatch,
  sliceBatch,
} from '../../image.js';
import { latentShape } from '../shapes.js';
import type { EntropyModel } from './entropy-model.js';

/** Options of one call. */
export interface CallOptions {
  /**
   * Stops the call between two runs of a network, and every few hundredths of a second while symbols are coded; it then
   * rejects with ConvaeError ABORTED.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called while symbols are coded, some times a second, and after every image or chunk: with the number of images so
   * far, the present one in part (0.4). With the context prior the coding of large images takes most of the time.
   */
  readonly onProgress?: ((images: number) => void) | undefined;
}

/** The options of a call for a part of it that begins with the image `first`. */
export function progressFrom(first: number, { signal, onProgress }: CallOptions): CallOptions {
  return { signal, onProgress: onProgress && ((images) => onProgress(first + images)) };
}

/** What encoding and decoding need: the networks, and the bundle's entropy model. */
export interface CodingContext {
  readonly manifest: Manifest;
  readonly model: EntropyModel;
  embed(images: Images, options: CallOptions): Promise<LatentBatch>;
  reconstruct(latents: LatentBatch, options: CallOptions & CodedSize): Promise<ImageBatch>;
  /** As `reconstruct`, without rounding to uint8. */
  restore(latents: LatentBatch, options: CallOptions & CodedSize): Promise<FloatImageBatch>;
}

/** Options of encoding. */
export interface EncodeOptions extends CallOptions {
  /** 0 (coarsest) to the number of `manifest.quantizer.multipliers` − 1; `manifest.quality` where left out. */
  readonly quality?: number | undefined;
  /**
   * How probabilities are found: `factorized` is fast, `context` takes fewer bytes and is there where the bundle has a
   * context model; the bundle's own choice where left out.
   */
  readonly prior?: Prior | undefined;
  /**
   * 0 (fast; where left out) to 9 (slow): how long to search for symbols that cost less than the nearest ones: bits +
   * lambda · squared error, with the lambda that the bundle was trained for. Whoever decodes does not notice.
   */
  readonly effort?: number | undefined;
}

/** What all images of a bitstream are coded with. */
export interface CodingSettings {
  readonly quality: number;
  readonly prior: Prior;
}

/**
 * The quality and the prior that the options ask for.
 * @throws TypeError or RangeError for a quality that the bundle does not have and for a prior that there is not;
 * ConvaeError UNSUPPORTED for a prior that the bundle does not have.
 */
export function checkedSettings(model: EntropyModel, options: EncodeOptions): CodingSettings {
  const { prior = model.defaultPrior, quality = model.defaultQuality } = options;
  checkOneOf(prior, PRIORS, 'options.prior');
  checkPrior(model, prior);
  checkInteger(quality, 'options.quality', 0, model.qualities - 1);
  return { quality, prior };
}

/** @throws ConvaeError UNSUPPORTED where the bundle has no such prior. */
function checkPrior(model: EntropyModel, prior: Prior): void {
  if (!model.priors.includes(prior)) model.context();
}

/**
 * Checks what a bitstream says against the bundle.
 * @throws ConvaeError UNSUPPORTED for a prior, DATA_INVALID for a quality that the bundle does not have.
 */
export function checkStream(
  model: EntropyModel,
  { prior, quality }: Pick<ContainerHeader, 'prior' | 'quality'>,
): void {
  checkPrior(model, prior);
  if (quality < model.qualities) return;
  throw new ConvaeError(
    'DATA_INVALID',
    `the bitstream has quality ${quality}, the bundle has 0..${model.qualities - 1}`,
  );
}

/**
 * The shape of the latent of a coded image.
 * @throws ConvaeError DATA_INVALID where the bundle takes images of one size and this is another.
 */
export function codedShape(manifest: Manifest, { height, width }: CodedSize): ItemShape {
  const { image, name } = manifest;
  if (image.anySize || (height === image.height && width === image.width)) {
    return latentShape(manifest, height, width);
  }
  throw new ConvaeError(
    'DATA_INVALID',
    `the bitstream holds images of ${height}×${width}, ${name} has ${image.height}×${image.width} only`,
  );
}

/** Most pixels that are reconstructed at once: memory does not grow with the chunk. */
const PIECE_PIXELS = 1 << 20;

/** Symbols → images, some at a time. */
export async function* reconstructPieces(
  context: CodingContext,
  symbols: SymbolBatch,
  quality: number,
  options: CallOptions & CodedSize,
): AsyncGenerator<ImageBatch, void, undefined> {
  const step = Math.max(1, Math.floor(PIECE_PIXELS / (options.height * options.width)));
  for (let start = 0; start < symbols.count; start += step) {
    const piece = sliceBatch(symbols, start, Math.min(symbols.count, start + step));
    yield await context.reconstruct(dequantize(piece, context.model.at(quality).quantizer), options);
  }
}
