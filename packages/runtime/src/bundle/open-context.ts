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
  readonly #manifest: Manifest;
  readonly #module: WebAssembly.Module | undefined;

  /** @param model of the manifest's bundle. */
  constructor(model: ContextModel, manifest: Manifest, module?: WebAssembly.Module) {
    this.model = model;
    this.#manifest = manifest;
    this.#module = module;
  }

  /** The same with the compiled module of its kernel, for runtimes that compile no bytes. */
  withModule(module: WebAssembly.Module): BundleContext {
    return new BundleContext(this.model, this.#manifest, module);
  }

  /**
   * The kernel to run: the one that is asked for; where none is, the faster of those that run here.
   * @throws ConvaeError UNSUPPORTED where `simd` is asked for and does not run here.
   */
  chooseKernel(kernel?: ContextKernelName): ContextKernelName {
    return chooseKernel({ kernel, module: this.#module });
  }

  /** A prior that is ready to code. @throws as {@link chooseKernel}. */
  createPrior(kernel?: ContextKernelName): ContextPrior {
    return new ContextPrior(this.model, this.#manifest.quantizer!.multipliers, {
      kernel,
      module: this.#module,
    });
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
