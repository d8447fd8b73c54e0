/** The ways to compute a context model's network; both give the same integers. */
export const CONTEXT_KERNELS = ['simd', 'plain'] as const;

/** One of {@link CONTEXT_KERNELS}. */
export type ContextKernelName = (typeof CONTEXT_KERNELS)[number];

/**
 * Computes the three layers of a context model for one image at a time, in the order of its symbols: `start` at each
 * position, `add` for each symbol that is known, `run` for each channel (FORMAT.md, "Context model").
 */
export interface ContextKernel {
  readonly name: ContextKernelName;
  /** int32, 3K: what the last `run` found, of K components the weights, the means, the sharpnesses. */
  readonly outputs: Int32Array;
  /** Begins a position of the trained size's grid: the first layer holds its biases alone. */
  start(quality: number, position: number): void;
  /** Adds an input's row of weights, `value` (±2047, not 0) times, to the first layer. */
  add(input: number, value: number): void;
  /** Finds the outputs of a channel from what was added. */
  run(channel: number): void;
}
