import { MAX_CHUNK_SYMBOLS } from '../../bitstream/limits.js';
import { checkLimit } from '../../checks.js';
import { mostBits } from '../../entropy/code-word.js';
import { decodeSymbols } from '../../entropy/decode-symbols.js';
import type { SymbolBatch } from '../../entropy/quantizer.js';
import { RangeDecoder } from '../../entropy/range-decoder.js';
import type { Steps } from '../../entropy/steps.js';
import { ConvaeError } from '../../errors.js';
import type { ItemShape } from '../../image.js';
import type { CodingSettings } from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';
import { factorizedSteps } from './factorized.js';

/**
 * Most products of weights that a payload with the context prior may take: this bounds the time to decode it.
 * They take some tens of seconds: an image of thousands of pixels a side under the models that are trained.
 */
export const MAX_CONTEXT_PRODUCTS = 2 ** 36;

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
  if (prior === 'context') yield* model.context().decoding(decoder, data, shape, quality);
  else
    yield* factorizedSteps(model, data, shape, quality, (some, tables, index) =>
      decodeSymbols(decoder, some, tables, index),
    );
  decoder.finish();
  return { data, count, channels: shape.channels, height: shape.height, width: shape.width };
}

/** Bits that one latent takes at least. */
export function leastBits(
  model: EntropyModel,
  { quality, prior, shape }: Pick<PayloadHead, 'quality' | 'prior' | 'shape'>,
): number {
  return prior === 'context' ? model.context().leastBits(quality, shape) : model.leastBits(quality, shape);
}

/** @throws ConvaeError LIMIT_EXCEEDED beyond {@link MAX_CONTEXT_PRODUCTS}. */
export function checkProducts(products: number): void {
  if (products <= MAX_CONTEXT_PRODUCTS) return;
  const problem = `the context prior would take ${products} products, more than ${MAX_CONTEXT_PRODUCTS}`;
  throw new ConvaeError('LIMIT_EXCEEDED', `${problem}: use the factorized one`);
}
