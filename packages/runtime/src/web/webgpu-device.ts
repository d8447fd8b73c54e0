/// <reference lib="dom" />
import type { LosableDevice } from '../provider/ort.js';
import { losableDevice } from '../provider/recovery.js';

/** A WebGPU device that ONNX Runtime is to use. */
export interface WebGpuContext {
  readonly device: GPUDevice;
  readonly losable: LosableDevice;
}

/** The device of this page or worker: one for all codecs, and a new one after it was lost. */
let current: Promise<WebGpuContext> | undefined;

/**
 * The page's WebGPU device, made when it is first wanted.
 * @throws Error where this browser has no WebGPU, or no adapter for it.
 */
export function webGpuContext(): Promise<WebGpuContext> {
  if (current !== undefined) return current;
  const made = createContext();
  current = made;
  const forget = (): void => {
    if (current === made) current = undefined;
  };
  made.then(({ losable }) => losable.lost.then(forget), forget);
  return made;
}

/** Features that ONNX Runtime uses where an adapter has them (onnxruntime, core/providers/webgpu/webgpu_context.cc). */
const FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/** Limits that ONNX Runtime raises to what the adapter has (same source). */
const LIMITS = [
  'maxBindGroups',
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;

async function createContext(): Promise<WebGpuContext> {
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined) {
    throw new Error(
      globalThis.isSecureContext === false
        ? 'WebGPU needs a page served over https or from localhost'
        : 'this browser has no WebGPU',
    );
  }
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('this browser has WebGPU, but no graphics adapter for it');
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  const lost = device.lost.then(({ message, reason }) => message || reason);
  return { device, losable: losableDevice(lost) };
}
