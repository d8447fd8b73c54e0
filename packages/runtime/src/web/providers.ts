import type { ExecutionProvider } from '../provider/execution-provider.js';

/** The execution providers that onnxruntime-web has builds of. */
export const WEB_PROVIDERS = ['wasm', 'webgpu'] as const satisfies readonly ExecutionProvider[];
