import type { WebGpu } from './webgpu-option.js';

export type { WebGpu } from './webgpu-option.js';

/**
 * WebGPU, for the option `webgpu` of `loadCodec` and `serveCodec`. Pages that do not import it do not carry its build of
 * ONNX Runtime, 27 MB.
 */
export const webgpu: WebGpu = { load: () => import('./webgpu-build.js') };
