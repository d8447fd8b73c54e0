import { chooseKernel } from '../context/choose-kernel.js';
import type { KernelOptions } from '../context/kernel.js';
import type { PixelModel } from './pixel-model.js';
import type { PixelWalker } from './pixel-walker.js';
import { PlainPixelWalker } from './plain-pixel-walker.js';
import { createSimdPixelWalker } from './simd-pixel-walker.js';

/** A walker for a model. @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here. */
export function createPixelWalker(model: PixelModel, options: KernelOptions = {}): PixelWalker {
  if (chooseKernel(options) === 'plain') return new PlainPixelWalker(model);
  try {
    return createSimdPixelWalker(model, options.module);
  } catch (error) {
    // Chrome before 115 compiles no module of more than 4 kB at once on a page's main thread.
    if (options.kernel === 'simd' || !(error instanceof RangeError)) throw error;
    return new PlainPixelWalker(model);
  }
}
