import { chooseKernel } from '../context/create-kernel.js';
import type { ContextKernelName } from '../context/kernel.js';
import type { PixelModel } from './pixel-model.js';
import type { PixelWalker } from './pixel-walker.js';
import { PlainPixelWalker } from './plain-pixel-walker.js';
import { createSimdPixelWalker } from './simd-pixel-walker.js';

/** A walker for a model. @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here. */
export function createPixelWalker(model: PixelModel, name?: ContextKernelName): PixelWalker {
  return chooseKernel(name) === 'simd' ? createSimdPixelWalker(model) : new PlainPixelWalker(model);
}
