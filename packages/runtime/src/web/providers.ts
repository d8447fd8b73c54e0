import type { ExecutionProvider } from '../provider/execution-provider.js';

/** The execution providers of browsers: those that onnxruntime-web has builds of, and our own. */
export const WEB_PROVIDERS = ['wasm', 'webgpu', 'builtin'] as const satisfies readonly ExecutionProvider[];
