import { chooseKernel } from './choose-kernel.js';
import type { ContextModel } from './context-model.js';
import type { CodedChannel, ContextWalker } from './context-walker.js';
import type { KernelOptions } from './kernel.js';
import { PlainContextWalker } from './plain-context-walker.js';
import { createSimdContextWalker } from './simd-context-walker.js';

/** A walker for a model. @param coded the channels that are coded at each quality. @throws as {@link chooseKernel}. */
export function createContextWalker(
  model: ContextModel,
  coded: readonly (readonly CodedChannel[])[],
  options: KernelOptions = {},
): ContextWalker {
  if (chooseKernel(options) === 'simd') return createSimdContextWalker(model, coded, options.module);
  return new PlainContextWalker(model, coded);
}
