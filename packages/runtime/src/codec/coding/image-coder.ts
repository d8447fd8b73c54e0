import {
  type CodedSize,
  type ImageStream,
  type Prior,
  readImageStream,
  writeImageStream,
} from '../../bitstream/index.js';
import type { Manifest } from '../../bundle/manifest.js';
import { checkBytes } from '../../checks.js';
import { finish } from '../../entropy/index.js';
import { dequantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { ConvaeError } from '../../errors.js';
import type { ImageBatch, Images } from '../../image.js';
import { joinedImages } from '../shapes.js';
import {
  type CallOptions,
  type CodingContext,
  checkedSettings,
  checkStream,
  codedShape,
  type EncodeOptions,
  progressFrom,
} from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';
import { checkedEffort, imagesCoding } from './images-coding.js';
import { decodePayload } from './payload.js';

import { inTurns } from './turns.js';

/** Encodes every image of a batch into a stream of its own (FORMAT.md, "Single image stream"). */
export async function encodeImages(
  context: CodingContext,
  images: Images,
  options: EncodeOptions,
): Promise<Uint8Array[]> {
  const settings = checkedSettings(context.model, options);
  const batch = joinedImages(images);
  checkedEffort(options);
  const latents = await context.embed(batch, options);
  const coding = await imagesCoding(context, batch, latents, settings, options);
  const { image } = context.manifest;
  const own = batch.height === image.height && batch.width === image.width;
  const size = own ? {} : { size: { height: batch.height, width: batch.width } };
  const symbols = latents.data.length / latents.count;
  const streams: Uint8Array[] = [];
  for (let i = 0; i < latents.count; i++) {
    const payload = await inTurns(coding.encode(i, i + 1), symbols, progressFrom(i, coding.options));
    streams.push(writeImageStream({ ...settings, ...size, payload }));
  }
  return streams;
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
  const { steps, ...head } = openImage(manifest, model, bytes);
  return { ...head, symbols: finish(steps) };
}

/** Reads the head of a single image stream; its symbols are decoded as `steps` are done. */
function openImage(manifest: Manifest, model: EntropyModel, bytes: Uint8Array) {
  checkBytes(bytes);
  const stream = readImageStream(bytes);
  checkStream(model, stream);
  const { quality, prior, payload } = stream;
  const { height, width } = streamSize(manifest, stream);
  const shape = codedShape(manifest, { height, width });
  const steps = decodePayload(model, payload, { quality, prior, count: 1, shape });
  return { quality, prior, height, width, symbolCount: shape.channels * shape.height * shape.width, steps };
}

/** Decodes a single image stream. @throws as {@link decodeImageSymbols}. */
export async function decodeImage(
  context: CodingContext,
  bytes: Uint8Array,
  options: CallOptions,
): Promise<ImageBatch> {
  const { quality, height, width, symbolCount, steps } = openImage(context.manifest, context.model, bytes);
  const symbols = await inTurns(steps, symbolCount, options);
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
