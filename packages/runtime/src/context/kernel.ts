/** The ways to compute a context model; both give the same integers. */
export const CONTEXT_KERNELS = ['simd', 'plain'] as const;

/** One of {@link CONTEXT_KERNELS}. */
export type ContextKernelName = (typeof CONTEXT_KERNELS)[number];
