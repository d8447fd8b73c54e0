import { checkLimit } from '../checks.js';
import { type ContextModel, codedChannels, MAX_CONTEXT_ENTRIES } from '../context/index.js';
import { type QuantizerSpec, qualityCount } from '../entropy/quantizer.js';
import { ConvaeError } from '../errors.js';
import type { Manifest } from './manifest.js';

/**
 * Checks a context model against the bundle that names it: the sizes, what a symbol is at each quality, and how many
 * symbols each channel has.
 * @throws ConvaeError DATA_INVALID, LIMIT_EXCEEDED.
 */
export function checkContext(model: ContextModel, { latent, quantizer, context }: Manifest): void {
  const { gridHeight, gridWidth } = model;
  const placeless = model.scales !== undefined && gridHeight === 1 && gridWidth === 1;
  const pairs = [
    ['channels', model.channels, latent.channels],
    ['rows', gridHeight, placeless ? 1 : latent.height],
    ['columns', gridWidth, placeless ? 1 : latent.width],
    ['qualities', model.qualities, qualityCount(quantizer!)],
  ] as const;
  for (const [name, found, expected] of pairs) {
    if (found === expected) continue;
    throw new ConvaeError(
      'DATA_INVALID',
      `expected ${expected} ${name} in ${context?.file}, received ${found}`,
    );
  }
  if (!isFor(model, quantizer!))
    throw new ConvaeError('DATA_INVALID', `${context?.file} is for other steps than quantizer`);
  for (const coded of codedChannels(model, quantizer!.multipliers)) {
    const most = Math.max(...coded.map(({ count }) => count));
    checkLimit(most, MAX_CONTEXT_ENTRIES, `${context?.file} has`, 'symbols in a channel');
  }
}

/** Whether the model codes the same channels, or, in version 1, for the same multipliers. */
function isFor({ scales, log2Scales, channels }: ContextModel, quantizer: QuantizerSpec): boolean {
  if (quantizer.multipliers === undefined)
    return quantizer.steps.every((steps, quality) =>
      steps.every((step, channel) => scales && scales[quality * channels + channel]! > 0 === step > 0),
    );
  // Not compared for equality: Math.log2 may differ in its last bit between machines.
  return (
    scales === undefined &&
    quantizer.multipliers.every((m, quality) => Math.abs(log2Scales[quality]! - 256 * Math.log2(m)) <= 1)
  );
}
