import { type ContextKernelName, ContextPrior, chooseKernel, parseContext } from '../context/index.js';
import { checkContext } from './check-context.js';
import type { Manifest } from './manifest.js';

/** The context prior of a bundle: code that only bundles with one load. */
export interface BundleContext {
  /** As `chooseKernel`. */
  chooseKernel(name?: ContextKernelName): ContextKernelName;
  /** @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here. */
  createPrior(kernel?: ContextKernelName): ContextPrior;
}

/** @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED. */
export function openContext(bytes: Uint8Array, manifest: Manifest): BundleContext {
  const model = parseContext(bytes);
  checkContext(model, manifest);
  return {
    chooseKernel,
    createPrior: (kernel) => new ContextPrior(model, manifest.quantizer!.multipliers, { kernel }),
  };
}
