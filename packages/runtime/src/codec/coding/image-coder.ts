import {
  type CodedSize,
  type ImageStream,
  type Prior,
  readImageStream,
  writeImageStream,
} from '../../bitstream/index.js';
import type { Manifest } from '../../bundle/manifest.js';
import { checkBytes } from '../../checks.js';
import { dequantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { ConvaeError } from '../../errors.js';
import { type ImageBatch, type Images, sliceBatch } from '../../image.js';
import { joinedImages } from '../shapes.js';
import {
  type CallOptions,
  type CodingContext,
  checkedSettings,
  checkStream,
  codedShape,
  type EncodeOptions,
} from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';
import { decodePayload, encodePayload } from './payload.js';

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
    const payload = encodePayload(context.model, sliceBatch(latents, i, i + 1), settings);
    return writeImageStream({ ...settings, ...size, payload });
  });
}

/** What a single image stream holds. */
export interface CodedImage extends CodedSize {
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
  checkBytes(bytes);
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
  options: CallOptions,
): Promise<ImageBatch> {
  const { symbols, quality, height, width } = decodeImageSymbols(context.manifest, context.model, bytes);
  const latents = dequantize(symbols, context.model.at(quality).quantizer);
  return context.reconstruct(latents, { signal: options.signal, height, width });
}

/** Writers leave the bundle's own size out: no writer made a stream that names it. */
function streamSize({ image }: Manifest, { size }: ImageStream): CodedSize {
  if (size === undefined) return image;
  if (size.height !== image.height || size.width !== image.width) return size;
  throw new ConvaeError(
    'DATA_INVALID',
    'the image stream names the bundle’s own size, which writers leave out',
  );
}
