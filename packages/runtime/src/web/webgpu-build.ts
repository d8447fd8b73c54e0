import type { OrtBuild } from './ort-build.js';

export { webGpuContext } from './webgpu-device.js';

/** ONNX Runtime with WebGPU. */
export const webGpuBuild: OrtBuild = {
  name: 'webgpu',
  wasmFile: 'ort-wasm-simd-threaded.asyncify.wasm',
  importScript: () => import('onnxruntime-web/webgpu'),
  bundledUrl: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
};
