import { ConvaeError } from '../errors.js';
import type { ContextModel } from './context-model.js';
import type { ContextKernel, ContextKernelName } from './kernel.js';
import { createPlainKernel } from './plain-kernel.js';
import { runsSimd } from './simd-functions.js';
import { createSimdKernel } from './simd-kernel.js';

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

/** A kernel for a model. @throws as {@link chooseKernel}. */
export function createKernel(model: ContextModel, name?: ContextKernelName): ContextKernel {
  return chooseKernel(name) === 'simd' ? createSimdKernel(model) : createPlainKernel(model);
}
