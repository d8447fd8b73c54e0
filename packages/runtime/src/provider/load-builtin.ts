import type { OrtPlatform } from './ort.js';

/** Loads the builtin provider when it is first wanted: what does not use it does not carry it. */
export async function loadBuiltin(): Promise<OrtPlatform> {
  const { compileKernels, createBuiltin } = await import('./builtin/index.js');
  return { ort: createBuiltin(compileKernels), threads: 1 };
}
