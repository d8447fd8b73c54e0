import { type ImageStream, type Prior, readImageStream, writeImageStream } from '../../bitstream/index.js';
import type { Manifest } from '../../bundle/manifest.js';
import { dequantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { ConvaeError } from '../../errors.js';
import { type ImageBatch, type Images, kindOf, type LatentBatch, sliceBatch } from '../../image.js';
import { joinedImages } from '../shapes.js';
import {
  type CodingContext,
  checkedSettings,
  checkStream,
  codedShape,
  type EncodeOptions,
  type ImageSides,
} from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';
import { decodePayload, PayloadEncoder } from './payload.js';

/** Encodes every image of a batch into a stream of its own (FORMAT.md, "Single image stream"). */
export async function encodeImages(
  context: CodingContext,
  images: Images,
  options: EncodeOptions,
): Promise<Uint8Array[]> {
  const settings = checkedSettings(context.model, options);
  const batch = joinedImages(images);
  const latents = await context.embed(batch, options);
  const { image } = context.manifest;
  const own = batch.height === image.height && batch.width === image.width;
  const size = own ? {} : { size: { height: batch.height, width: batch.width } };
  return Array.from({ length: latents.count }, (_, i) => {
    const encoder = new PayloadEncoder(context.model, settings);
    encoder.add(sliceBatch(latents as LatentBatch, i, i + 1));
    return writeImageStream({ ...settings, ...size, payload: encoder.finish() });
  });
}

/** What a single image stream holds. */
export interface CodedImage extends ImageSides {
  readonly quality: number;
  readonly prior: Prior;
  /** int32, 1×c×h×w. */
  readonly symbols: SymbolBatch;
}

/**
 * Decodes the symbols of a single image stream: no network runs, every machine finds the same.
 * @throws TypeError where `bytes` is no Uint8Array; ConvaeError DATA_INVALID, DATA_TRUNCATED, LIMIT_EXCEEDED,
 * VERSION_UNSUPPORTED or UNSUPPORTED.
 */
export function decodeImageSymbols(manifest: Manifest, model: EntropyModel, bytes: Uint8Array): CodedImage {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`expected a Uint8Array for bytes, received ${kindOf(bytes)}`);
  const stream = readImageStream(bytes);
  checkStream(model, stream);
  const { quality, prior, payload } = stream;
  const { height, width } = streamSize(manifest, stream);
  const shape = codedShape(manifest, { height, width });
  const symbols = decodePayload(model, payload, { quality, prior, count: 1, shape });
  return { quality, prior, height, width, symbols };
}

/** Decodes a single image stream. @throws as {@link decodeImageSymbols}. */
export async function decodeImage(
  context: CodingContext,
  bytes: Uint8Array,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<ImageBatch> {
  const { symbols, quality, height, width } = decodeImageSymbols(context.manifest, context.model, bytes);
  const latents = dequantize(symbols, context.model.at(quality).quantizer);
  return context.reconstruct(latents, { signal: options.signal, height, width });
}

/** A writer leaves out the bundle's own size, so a stream that names it is none of its. */
function streamSize({ image }: Manifest, { size }: ImageStream): ImageSides {
  if (size === undefined) return image;
  if (size.height !== image.height || size.width !== image.width) return size;
  throw new ConvaeError('DATA_INVALID', 'the image stream names the size that goes without saying');
}
