import { type ContainerHeader, PRIORS, type Prior } from '../../bitstream/index.js';
import type { Manifest } from '../../bundle/manifest.js';
import { dequantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { ConvaeError } from '../../errors.js';
import type { ImageBatch, Images, ItemShape, LatentBatch } from '../../image.js';
import { kindOf } from '../../image.js';
import { latentShape } from '../shapes.js';
import type { EntropyModel } from './entropy-model.js';

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** What encoding and decoding need: the networks, and the bundle's entropy model. */
export interface CodingContext {
  readonly manifest: Manifest;
  readonly model: EntropyModel;
  embed(images: Images, options: Abortable): Promise<LatentBatch>;
  reconstruct(latents: LatentBatch, options: Abortable & ImageSides): Promise<ImageBatch>;
}

/** Height and width of images, pixels. */
export interface ImageSides {
  readonly height: number;
  readonly width: number;
}

/** Options of encoding. */
export interface EncodeOptions extends Abortable {
  /** 0 (coarsest) to the number of `manifest.quantizer.multipliers` − 1; `manifest.quality` where left out. */
  readonly quality?: number | undefined;
  /**
   * How probabilities are found: `factorized` is fast, `context` takes fewer bytes and is there where the bundle has a
   * context model; the bundle's own choice where left out.
   */
  readonly prior?: Prior | undefined;
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
  const { prior = model.defaultPrior } = options;
  if (!PRIORS.includes(prior))
    throw new RangeError(`expected ${PRIORS.join(' or ')} for options.prior, received ${kindOf(prior)}`);
  checkPrior(model, prior);
  return { quality: checkedQuality(model, options), prior };
}

function checkedQuality(model: EntropyModel, { quality }: EncodeOptions): number {
  if (quality === undefined) return model.defaultQuality;
  if (typeof quality !== 'number')
    throw new TypeError(`expected a number for options.quality, received ${kindOf(quality)}`);
  if (Number.isInteger(quality) && quality >= 0 && quality < model.qualities) return quality;
  throw new RangeError(
    `expected an integer in 0..${model.qualities - 1} for options.quality, received ${quality}`,
  );
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
export function codedShape(manifest: Manifest, { height, width }: ImageSides): ItemShape {
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
  options: Abortable & ImageSides,
): AsyncGenerator<ImageBatch, void, undefined> {
  const step = Math.max(1, Math.floor(PIECE_PIXELS / (options.height * options.width)));
  for (let start = 0; start < symbols.count; start += step) {
    const piece = sliceSymbols(symbols, start, Math.min(symbols.count, start + step));
    yield await context.reconstruct(dequantize(piece, context.model.at(quality).quantizer), options);
  }
}

/** The symbols of items `start` to `end` (exclusive), sharing their memory. */
export function sliceSymbols(symbols: SymbolBatch, start: number, end: number): SymbolBatch {
  const size = symbols.channels * symbols.height * symbols.width;
  return { ...symbols, data: symbols.data.subarray(start * size, end * size), count: end - start };
}
