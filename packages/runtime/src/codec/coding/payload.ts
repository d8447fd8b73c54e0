import { LEAST_CHUNK_BYTES, MAX_CHUNK_IMAGES, MAX_CHUNK_SYMBOLS } from '../../bitstream/index.js';
import { checkLimit } from '../../checks.js';
import { contextDecoding, contextEncoding } from '../../context/index.js';
import { mostBits } from '../../entropy/code-word.js';
import { decodeSymbols, encodeSymbols, RangeDecoder, RangeEncoder, type Steps } from '../../entropy/index.js';
import { quantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { ConvaeError } from '../../errors.js';
import type { BatchShape, ItemShape, LatentBatch } from '../../image.js';
import type { CodingSettings } from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';
import { factorizedSteps } from './factorized.js';

/**
 * Most products of weights that a payload with the context prior may take: this bounds the time to decode it.
 * They take some tens of seconds: an image of thousands of pixels a side under the models that are trained.
 */
export const MAX_CONTEXT_PRODUCTS = 2 ** 36;

/**
 * Quantizes and encodes latents, in pieces: the payload's whole code word (FORMAT.md, "Symbols").
 * @throws ConvaeError NON_FINITE, UNSUPPORTED, LIMIT_EXCEEDED.
 */
export function* encodePayload(
  model: EntropyModel,
  latents: LatentBatch,
  settings: CodingSettings,
): Steps<Uint8Array> {
  const { quality, prior } = settings;
  const encoder = new RangeEncoder();
  const symbols = (): Int32Array => quantize(latents, model.at(quality).quantizer).data;
  if (prior === 'factorized') {
    yield* factorizedSteps(model, symbols(), latents, quality, (some, tables, index) =>
      encodeSymbols(encoder, some, tables, index),
    );
  } else {
    checkAffordable(model, latents, settings);
    yield* contextEncoding(encoder, symbols(), model.context(), latents, quality);
  }
  return encoder.finish();
}

/** Where a payload comes from and what it must hold. */
export interface PayloadHead extends CodingSettings {
  readonly count: number;
  /** Of one latent. */
  readonly shape: ItemShape;
}

/**
 * Decodes a payload in pieces: integers only, so every machine finds the same symbols.
 * @throws ConvaeError DATA_INVALID where no encoder would have written these bytes, LIMIT_EXCEEDED, UNSUPPORTED.
 */
export function* decodePayload(
  model: EntropyModel,
  payload: Uint8Array,
  head: PayloadHead,
): Steps<SymbolBatch> {
  const { quality, prior, count, shape } = head;
  const length = count * shape.channels * shape.height * shape.width;
  // Before memory is taken: so few bytes cannot hold so many symbols, whatever they are.
  if (count * leastBits(model, head) > mostBits(payload.length)) {
    throw new ConvaeError(
      'DATA_INVALID',
      `${payload.length} bytes cannot hold ${count} latent(s) of ${shape.channels}×${shape.height}×${shape.width}`,
    );
  }
  if (count > 1) checkLimit(length, MAX_CHUNK_SYMBOLS, 'a chunk has', 'symbols');
  if (prior === 'context') checkProducts(count * model.context().products(quality, shape));
  const data = new Int32Array(length);
  const decoder = new RangeDecoder(payload);
  if (prior === 'context') yield* contextDecoding(decoder, data, model.context(), shape, quality);
  else
    yield* factorizedSteps(model, data, shape, quality, (some, tables, index) =>
      decodeSymbols(decoder, some, tables, index),
    );
  decoder.finish();
  return { data, count, channels: shape.channels, height: shape.height, width: shape.width };
}

/** Most images of one size that a container of so many bytes can hold (FORMAT.md, "Damage"). */
export function mostImages(
  model: EntropyModel,
  bytes: number,
  head: Pick<PayloadHead, 'quality' | 'prior' | 'shape'>,
): number {
  return mostImagesOf(leastBits(model, head), bytes);
}

/** The same where an image takes so many bits at least. */
export function mostImagesOf(imageBits: number, bytes: number): number {
  const chunks = Math.floor(bytes / LEAST_CHUNK_BYTES);
  if (chunks === 0) return 0;
  // One chunk holds most: the frame of a further one takes more bits than its payload may leave out.
  return Math.min(chunks * MAX_CHUNK_IMAGES, Math.floor(mostBits(bytes - LEAST_CHUNK_BYTES) / imageBits));
}

/** Bits that one latent takes at least. */
function leastBits(
  model: EntropyModel,
  { quality, prior, shape }: Pick<PayloadHead, 'quality' | 'prior' | 'shape'>,
): number {
  return prior === 'context' ? model.context().leastBits(quality, shape) : model.leastBits(quality, shape);
}

/** @throws ConvaeError LIMIT_EXCEEDED where coding these latents would take too many products. */
export function checkAffordable(model: EntropyModel, latents: BatchShape, settings: CodingSettings): void {
  const { quality, prior } = settings;
  if (prior === 'context') checkProducts(latents.count * model.context().products(quality, latents));
}

function checkProducts(products: number): void {
  if (products <= MAX_CONTEXT_PRODUCTS) return;
  const problem = `the context prior would take ${products} products, more than ${MAX_CONTEXT_PRODUCTS}`;
  throw new ConvaeError('LIMIT_EXCEEDED', `${problem}: use the factorized one`);
}
