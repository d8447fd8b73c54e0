import type { CodedSize, ContainerHeader } from '../../bitstream/index.js';
import { PRIORS, type Prior } from '../../bitstream/priors.js';
import type { Manifest } from '../../bundle/manifest.js';
import { checkInteger, checkOneOf } from '../../checks.js';
import { ConvaeError } from '../../errors.js';
import type { FloatImageBatch, ImageBatch, ItemShape } from '../../image.js';
import { latentShape } from '../shapes.js';

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

/** What bitstreams say of a bundle: its hash, its qualities and its priors. */
export interface StreamModel {
  /** The bundle's name, for messages. */
  readonly name: string;
  /** uint8, 8 bytes, names the bundle in containers. */
  readonly hash: Uint8Array;
  readonly qualities: number;
  readonly defaultQuality: number;
  /** The priors that the bundle has. */
  readonly priors: readonly Prior[];
  readonly defaultPrior: Prior;
}

/** What a payload holds, as its stream or chunk says. */
export interface CodedImages extends CodingSettings, CodedSize {
  readonly count: number;
}

/** A payload whose symbols are decoded. */
export interface DecodedPayload {
  /** The images start..end − 1, some at a time: memory does not grow with the chunk. */
  images(start: number, end: number, options: CallOptions): AsyncGenerator<ImageBatch, void, undefined>;
}

/** What encoding and decoding bitstreams need: a way from images to payloads and back. */
export interface CodingContext {
  readonly manifest: Pick<Manifest, 'name' | 'image'>;
  readonly model: StreamModel;
  /** Most images of a size in a payload, 0 where one alone takes too long: its symbols and its time stay in bounds. */
  imagesAtOnce(size: CodedSize, settings: CodingSettings): number;
  /** Encodes images, checked, `each` of them into one payload. */
  encode(
    images: ImageBatch | FloatImageBatch,
    each: number,
    settings: CodingSettings,
    options: EncodeOptions,
  ): AsyncGenerator<Uint8Array, void, undefined>;
  /** Decodes a payload, piece by piece. @throws ConvaeError where it does not hold what `coded` says. */
  decode(payload: Uint8Array, coded: CodedImages, options: CallOptions): Promise<DecodedPayload>;
  /** Other threads that share bulk work, where there are any. */
  readonly threads?: Threads | undefined;
}

/** A part of bulk work: the images of a chunk, or some of a batch. */
export interface Part {
  /** Pixels of all its images. */
  readonly pixels: number;
  /** Pixels of the parts behind it; undefined where nobody knows. */
  readonly left?: number | undefined;
}

/** Codes a part in the context that it is given; what it needs of the part's memory it takes before it first waits. */
export type PartTask<T extends Part, R> = (part: T, context: CodingContext) => Promise<R>;

/** Threads that share bulk work: what they give is what one thread would. */
export interface Threads {
  readonly count: number;
  /** As {@link inOrder}, several parts at once. */
  inOrder<T extends Part, R>(
    context: CodingContext,
    parts: AsyncIterable<T>,
    task: PartTask<T, R>,
  ): AsyncGenerator<R, void, undefined>;
  /** Images of this size in a part of a batch. */
  partImages(size: CodedSize): number;
  /** Ends them. What is under way rejects with ConvaeError DISPOSED. */
  dispose(): Promise<void>;
}

/** The results of tasks in the order of the parts: one after the other, or several at once where there are threads. */
export function inOrder<T extends Part, R>(
  context: CodingContext,
  parts: AsyncIterable<T>,
  task: PartTask<T, R>,
): AsyncGenerator<R, void, undefined> {
  return context.threads?.inOrder(context, parts, task) ?? oneByOne(context, parts, task);
}

async function* oneByOne<T extends Part, R>(
  context: CodingContext,
  parts: AsyncIterable<T>,
  task: PartTask<T, R>,
): AsyncGenerator<R, void, undefined> {
  for await (const part of parts) yield await task(part, context);
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

/** The highest effort of encoding. */
export const MAX_EFFORT = 9;

/** What all images of a bitstream are coded with. */
export interface CodingSettings {
  readonly quality: number;
  readonly prior: Prior;
}

/**
 * The quality and the prior that the options ask for.
 * @throws TypeError or RangeError for a quality that the bundle does not have, for a prior or an effort that there is not;
 * ConvaeError UNSUPPORTED for a prior that the bundle does not have.
 */
export function checkedSettings(model: StreamModel, options: EncodeOptions): CodingSettings {
  const { prior = model.defaultPrior, quality = model.defaultQuality, effort = 0 } = options;
  checkInteger(effort, 'options.effort', 0, MAX_EFFORT);
  checkOneOf(prior, PRIORS, 'options.prior');
  checkPrior(model, prior);
  checkInteger(quality, 'options.quality', 0, model.qualities - 1);
  return { quality, prior };
}

/** @throws ConvaeError UNSUPPORTED where the bundle has no such prior. */
function checkPrior({ name, priors }: StreamModel, prior: Prior): void {
  if (priors.includes(prior)) return;
  throw new ConvaeError('UNSUPPORTED', `${name} has no ${prior} prior: use the ${priors[0]} one`);
}

/**
 * Checks what a bitstream says against the bundle.
 * @throws ConvaeError UNSUPPORTED for a prior, DATA_INVALID for a quality that the bundle does not have.
 */
export function checkStream(
  model: StreamModel,
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
