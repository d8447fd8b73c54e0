import { chooseKernel } from '../context/create-context-walker.js';
import type { ContextKernelName } from '../context/kernel.js';
import type { PixelModel } from './pixel-model.js';
import type { PixelWalker } from './pixel-walker.js';
import { PlainPixelWalker } from './plain-pixel-walker.js';
import { createSimdPixelWalker } from './simd-pixel-walker.js';

/** A walker for a model. @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here. */
export function createPixelWalker(model: PixelModel, name?: ContextKernelName): PixelWalker {
  if (chooseKernel(name) === 'plain') return new PlainPixelWalker(model);
  try {
    return createSimdPixelWalker(model);
  } catch (error) {
    // Chrome before 115 compiles no module of more than 4 kB at once on a page's main thread.
    if (name === 'simd' || !(error instanceof RangeError)) throw error;
    return new PlainPixelWalker(model);
  }
}
