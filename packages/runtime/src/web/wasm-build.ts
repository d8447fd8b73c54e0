import type { OrtBuild } from './ort-build.js';

/** ONNX Runtime on WebAssembly alone. */
export const WASM_BUILD: OrtBuild = {
  name: 'wasm',
  wasmFile: 'ort-wasm-simd-threaded.wasm',
  importScript: () => import('onnxruntime-web/wasm'),
  bundledUrl: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
};
