import type { ExecutionProvider } from '../provider/execution-provider.js';
import { loadBuiltin } from '../provider/load-builtin.js';
import { missingNotices, missingRuntime, type ProviderPlatform } from '../provider/missing-runtime.js';
import type { OrtModule } from '../provider/ort.js';
import { importOnnxRuntime } from './onnxruntime.js';

/**
 * Finds out whether onnxruntime-node is there, unless `builtin` is the first choice: then it is not loaded at all.
 * @throws ConvaeError DEPENDENCY_MISSING with `strict` alone.
 */
export async function openPlatform(
  wanted: readonly ExecutionProvider[] | 'auto',
  strict: boolean,
  importOrt: () => Promise<OrtModule> = importOnnxRuntime,
): Promise<ProviderPlatform> {
  const missing = wanted[0] === 'builtin' ? undefined : await missingRuntime(importOrt);
  if (strict && missing !== undefined) throw missing;
  return {
    baseProvider: missing === undefined ? 'cpu' : 'builtin',
    load: async (provider) => {
      if (provider !== 'builtin') return { ort: await importOrt() };
      return { ...(await loadBuiltin()), notices: missingNotices(missing) };
    },
  };
}
