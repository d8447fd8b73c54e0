import { chooseKernel } from '../context/create-kernel.js';
import type { ContextKernelName } from '../context/kernel.js';
import type { PixelKernel } from './pixel-kernel.js';
import type { PixelModel } from './pixel-model.js';
import { createPlainPixelKernel } from './plain-pixel-kernel.js';
import { createSimdPixelKernel } from './simd-pixel-kernel.js';

/** A kernel for a model. @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here. */
export function createPixelKernel(model: PixelModel, name?: ContextKernelName): PixelKernel {
  return chooseKernel(name) === 'simd' ? createSimdPixelKernel(model) : createPlainPixelKernel(model);
}
