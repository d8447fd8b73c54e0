import { type CodedSize, type ImageStream, readImageStream } from '../../bitstream/image-stream.js';
import type { Prior } from '../../bitstream/priors.js';
import type { Manifest } from '../../bundle/manifest.js';
import { checkBytes } from '../../checks.js';
import type { SymbolBatch } from '../../entropy/quantizer.js';
import { finish } from '../../entropy/steps.js';
import { ConvaeError } from '../../errors.js';
import type { ImageBatch } from '../../image.js';
import {
  type CallOptions,
  type CodingContext,
  checkStream,
  codedShape,
  type StreamModel,
} from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';
import { decodePayload } from './payload.js';

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
  const { payload, ...head } = openImage(manifest, model, bytes);
  const { quality, prior, height, width } = head;
  const shape = codedShape(manifest, head);
  const symbols = finish(decodePayload(model, payload, { quality, prior, count: 1, shape }));
  return { quality, prior, height, width, symbols };
}

/** Reads the head of a single image stream. */
function openImage(manifest: Pick<Manifest, 'image'>, model: StreamModel, bytes: Uint8Array) {
  checkBytes(bytes);
  const stream = readImageStream(bytes);
  checkStream(model, stream);
  const { quality, prior, payload } = stream;
  const { height, width } = streamSize(manifest, stream);
  return { payload, quality, prior, count: 1, height, width };
}

/** Decodes a single image stream. @throws as {@link decodeImageSymbols}. */
export async function decodeImage(
  context: CodingContext,
  bytes: Uint8Array,
  options: CallOptions,
): Promise<ImageBatch> {
  const { payload, ...coded } = openImage(context.manifest, context.model, bytes);
  const decoded = await context.decode(payload, coded, options);
  for await (const images of decoded.images(0, 1, { signal: options.signal })) return images;
  throw new ConvaeError('DATA_INVALID', 'the image stream holds no image');
}

/** Writers leave the bundle's own size out: no writer made a stream that names it. */
function streamSize({ image }: Pick<Manifest, 'image'>, { size }: ImageStream): CodedSize {
  if (size === undefined) return image;
  if (size.height !== image.height || size.width !== image.width) return size;
  throw new ConvaeError(
    'DATA_INVALID',
    'the image stream names the bundle’s own size, which writers leave out',
  );
}
