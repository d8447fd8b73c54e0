import { ConvaeError } from '../errors.js';
import type { ContextKernelName, KernelOptions } from './kernel.js';
import { runsSimd } from './runs-simd.js';

/**
 * The kernel to run: the one that is asked for; where none is, `simd` if it runs here, else `plain`.
 * @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here.
 */
export function chooseKernel({ kernel, module }: KernelOptions = {}): ContextKernelName {
  if (kernel === 'plain') return kernel;
  if (module !== undefined || runsSimd()) return 'simd';
  if (kernel === undefined) return 'plain';
  throw new ConvaeError('UNSUPPORTED', 'WebAssembly with SIMD does not run here');
}
