import { encodeSymbols, RangeEncoder, type Steps } from '../../entropy/index.js';
import { quantize } from '../../entropy/quantizer.js';
import type { BatchShape, LatentBatch } from '../../image.js';
import type { CodingSettings } from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';
import { factorizedSteps } from './factorized.js';
import { checkProducts } from './payload.js';

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
    yield* model.context().encoding(encoder, symbols(), latents, quality);
  }
  return encoder.finish();
}

/** @throws ConvaeError LIMIT_EXCEEDED where coding these latents would take too many products. */
export function checkAffordable(model: EntropyModel, latents: BatchShape, settings: CodingSettings): void {
  const { quality, prior } = settings;
  if (prior === 'context') checkProducts(latents.count * model.context().products(quality, latents));
}
