import {
  type ContextKernelName,
  type ContextModel,
  ContextPrior,
  chooseKernel,
  parseContext,
} from '../context/index.js';
import { checkContext } from './check-context.js';
import type { Manifest } from './manifest.js';

/** The context prior of a bundle, with its code: only bundles that have one load it. */
export class BundleContext {
  readonly model: ContextModel;
  readonly #multipliers: readonly number[] | undefined;

  /** @param model of the manifest's bundle. */
  constructor(model: ContextModel, { quantizer }: Manifest) {
    this.model = model;
    this.#multipliers = quantizer!.multipliers;
  }

  /**
   * The kernel to run: the one that is asked for; where none is, the faster of those that run here.
   * @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here.
   */
  chooseKernel(name?: ContextKernelName): ContextKernelName {
    return chooseKernel(name);
  }

  /** A prior that is ready to code. @throws as {@link chooseKernel}. */
  createPrior(kernel?: ContextKernelName): ContextPrior {
    return new ContextPrior(this.model, this.#multipliers, { kernel });
  }
}

/**
 * Reads the file of a context prior.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED where it is none for the manifest.
 */
export function readBundleContext(bytes: Uint8Array, manifest: Manifest): BundleContext {
  const model = parseContext(bytes);
  checkContext(model, manifest);
  return new BundleContext(model, manifest);
}
