/**
 * The execution providers that convae knows: those of ONNX Runtime, by its names, and `builtin`, our own, whose results are
 * the same bits everywhere.
 */
export const EXECUTION_PROVIDERS = ['cpu', 'cuda', 'webgpu', 'wasm', 'builtin'] as const;

/** One of {@link EXECUTION_PROVIDERS}. */
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** An execution provider that was asked for and does not run here, and why. */
export interface PassedOver {
  readonly provider: ExecutionProvider;
  readonly reason: string;
}
