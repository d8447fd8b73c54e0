import { ConvaeError } from '../errors.js';
import type { ContextModel } from './context-model.js';
import type { CodedChannel, ContextWalker } from './context-walker.js';
import type { ContextKernelName } from './kernel.js';
import { PlainContextWalker } from './plain-context-walker.js';
import { runsSimd } from './runs-simd.js';
import { createSimdContextWalker } from './simd-context-walker.js';

/**
 * The kernel to run: the one that is asked for; where none is, `simd` if it runs here, else `plain`.
 * @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here.
 */
export function chooseKernel(name?: ContextKernelName): ContextKernelName {
  if (name === 'plain') return name;
  if (runsSimd()) return 'simd';
  if (name === undefined) return 'plain';
  throw new ConvaeError('UNSUPPORTED', 'WebAssembly with SIMD does not run here');
}

/** A walker for a model. @param coded the channels that are coded at each quality. @throws as {@link chooseKernel}. */
export function createContextWalker(
  model: ContextModel,
  coded: readonly (readonly CodedChannel[])[],
  name?: ContextKernelName,
): ContextWalker {
  if (chooseKernel(name) === 'simd') return createSimdContextWalker(model, coded);
  return new PlainContextWalker(model, coded);
}
