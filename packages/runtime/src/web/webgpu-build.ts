import type { OrtPlatform } from '../provider/ort.js';
import type { OrtBuild } from './ort-build.js';
import { webGpuContext } from './webgpu-device.js';

/** ONNX Runtime with WebGPU. */
const WEBGPU_BUILD: OrtBuild = {
  name: 'webgpu',
  wasmFile: 'ort-wasm-simd-threaded.asyncify.wasm',
  importScript: () => import('onnxruntime-web/webgpu'),
  bundledUrl: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
};

/** ONNX Runtime on the page's WebGPU device. @throws Error where there is none. */
export async function openWebGpu(loadBuild: (build: OrtBuild) => Promise<OrtPlatform>): Promise<OrtPlatform> {
  // Without a device, the larger build need not be fetched.
  const { device, losable } = await webGpuContext();
  return { ...(await loadBuild(WEBGPU_BUILD)), provider: { name: 'webgpu', device }, device: losable };
}
