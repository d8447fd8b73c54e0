/** The ways to compute a context model; both give the same integers. */
export const CONTEXT_KERNELS = ['simd', 'plain'] as const;

/** One of {@link CONTEXT_KERNELS}. */
export type ContextKernelName = (typeof CONTEXT_KERNELS)[number];

/** How a context model is computed. */
export interface KernelOptions {
  /** The kernel to run; the faster of those that run here where left out. */
  readonly kernel?: ContextKernelName | undefined;
  /** The compiled module of `simd`, which then runs here, for runtimes that compile no bytes. */
  readonly module?: WebAssembly.Module | undefined;
}
