import { checkLimit } from '../checks.js';
import { type ContextModel, entriesAt, MAX_CONTEXT_ENTRIES } from '../context/index.js';
import { ConvaeError } from '../errors.js';
import type { Manifest } from './manifest.js';

/**
 * Checks a context model against the bundle that names it: the sizes, the multipliers, and how many symbols each
 * channel has at the finest step.
 * @throws ConvaeError DATA_INVALID, LIMIT_EXCEEDED.
 */
export function checkContext(model: ContextModel, { latent, quantizer, context }: Manifest): void {
  const multipliers = quantizer?.multipliers ?? [];
  const pairs = [
    ['channels', model.channels, latent.channels],
    ['rows', model.gridHeight, latent.height],
    ['columns', model.gridWidth, latent.width],
    ['qualities', model.qualities, multipliers.length],
  ] as const;
  for (const [name, found, expected] of pairs) {
    if (found === expected) continue;
    throw new ConvaeError(
      'DATA_INVALID',
      `expected ${expected} ${name} in ${context?.file}, received ${found}`,
    );
  }
  for (const [quality, multiplier] of multipliers.entries()) {
    // Not compared for equality: Math.log2 may differ in its last bit between machines.
    if (Math.abs(model.log2Multipliers[quality]! - 256 * Math.log2(multiplier)) > 1)
      throw new ConvaeError('DATA_INVALID', `${context?.file} is for other quantizer.multipliers`);
    const most = Math.max(...entriesAt(model, multiplier).map(({ count }) => count));
    checkLimit(most, MAX_CONTEXT_ENTRIES, `${context?.file} has`, 'symbols in a channel');
  }
}
