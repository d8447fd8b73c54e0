import { wrongKind } from '../checks.js';
import type { LoadOptions } from '../codec/load-options.js';
import type { OrtPlatform } from '../provider/ort.js';
import type { OrtBuild } from './ort-build.js';

/** What `@convae/runtime/webgpu` gives: how to get to ONNX Runtime with WebGPU when it is first wanted. */
export interface WebGpu {
  readonly load: () => Promise<{
    readonly openWebGpu: (loadBuild: (build: OrtBuild) => Promise<OrtPlatform>) => Promise<OrtPlatform>;
  }>;
}

/** Why WebGPU is passed over where it was not named. */
export const WEBGPU_NOT_GIVEN =
  "import { webgpu } from '@convae/runtime/webgpu' and give it to loadCodec, in a worker to serveCodec";

/**
 * Checks `webgpu`, without which no execution provider may have that name.
 * @throws TypeError that says what to import.
 */
export function checkWebGpu(
  webgpu: WebGpu | undefined,
  executionProviders: LoadOptions['executionProviders'],
): void {
  const named = executionProviders?.includes('webgpu') ?? false;
  if (webgpu === undefined ? !named : typeof webgpu?.load === 'function') return;
  const { message } = wrongKind('WebGPU', 'options.webgpu', webgpu);
  throw new TypeError(`${message}: ${WEBGPU_NOT_GIVEN}`);
}
