import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ExecutionProvider } from '../provider/open-sessions.js';
import type { OrtModule } from '../provider/ort.js';
import { importDependency } from './dependency.js';
import { disableTelemetry } from './telemetry.js';

/** The execution providers of Node: those that onnxruntime-node has builds of, and our own. */
export const NODE_PROVIDERS = [
  'cpu',
  'cuda',
  'webgpu',
  'builtin',
] as const satisfies readonly ExecutionProvider[];

const INSTALL_HINT =
  'install it with "npm i onnxruntime-node" (for CUDA on linux-x64, let its install script run)';

/**
 * Imports onnxruntime-node, an optional peer dependency, with its telemetry off.
 * @throws ConvaeError DEPENDENCY_MISSING where it is not installed or has no binary for this platform.
 */
export async function importOnnxRuntime(
  importModule: () => Promise<unknown> = () => import('onnxruntime-node'),
): Promise<OrtModule> {
  disableTelemetry();
  return (await importDependency('onnxruntime-node', INSTALL_HINT, importModule)) as OrtModule;
}

const CUDA_LIBRARY = 'libonnxruntime_providers_cuda.so';

/**
 * Says why CUDA cannot run, before ONNX Runtime is asked and prints errors of its own to the console:
 * its CUDA libraries are not in the npm package, an install script fetches them, and for linux-x64 only.
 */
export function whyUnavailableOnNode(provider: ExecutionProvider): string | undefined {
  if (provider !== 'cuda') return undefined;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `onnxruntime-node has CUDA for linux-x64 only, this is ${process.platform}-${process.arch}`;
  }
  const folder = binaryFolder();
  if (folder === undefined || existsSync(join(folder, CUDA_LIBRARY))) return undefined;
  return `${CUDA_LIBRARY} is not installed: allow the install script of onnxruntime-node and install it again`;
}

/** Where onnxruntime-node keeps its binaries, or undefined where that cannot be told (a bundled program). */
function binaryFolder(): string | undefined {
  try {
    const bin = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..', 'bin');
    return readdirSync(bin)
      .map((napi) => join(bin, napi, process.platform, process.arch))
      .find((folder) => existsSync(folder));
  } catch {
    return undefined;
  }
}
