import { ConvaeError } from '../errors.js';
import type { ExecutionProvider } from './execution-provider.js';
import type { LoadOrt } from './ort.js';

/** What loads execution providers here, and the one that is always there. */
export interface ProviderPlatform {
  readonly load: LoadOrt;
  readonly baseProvider: ExecutionProvider;
}

/** Why ONNX Runtime cannot be had, where it cannot; otherwise what importing it throws. */
export async function missingRuntime(importOrt: () => Promise<unknown>): Promise<ConvaeError | undefined> {
  try {
    await importOrt();
    return undefined;
  } catch (error) {
    if (error instanceof ConvaeError && error.code === 'DEPENDENCY_MISSING') return error;
    throw error;
  }
}

/** What a codec says where it runs on the builtin provider therefore. */
export const missingNotices = (missing: ConvaeError | undefined): string[] =>
  missing === undefined ? [] : [`${missing.message}; it runs on the builtin provider`];
