import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConvaeError } from '../errors.js';
import { firstLine } from '../session/graph-session.js';
import type { OrtModule } from '../session/ort.js';
import type { ExecutionProvider } from '../session/provider.js';

/** The execution providers that onnxruntime-node has builds of. */
export const NODE_PROVIDERS = ['cpu', 'cuda', 'webgpu'] as const satisfies readonly ExecutionProvider[];

const INSTALL_HINT =
  'install it with "npm i onnxruntime-node"; its install script adds CUDA on linux-x64 and may stay disallowed where you do not want it';

/**
 * Imports onnxruntime-node, an optional peer dependency.
 * @throws ConvaeError DEPENDENCY_MISSING where it is not installed or has no binary for this platform.
 */
export async function importOnnxRuntime(
  importModule: () => Promise<unknown> = () => import('onnxruntime-node'),
): Promise<OrtModule> {
  try {
    return (await importModule()) as OrtModule;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const what = missing
      ? 'onnxruntime-node is not installed'
      : `onnxruntime-node cannot be loaded: ${firstLine(cause)}`;
    throw new ConvaeError('DEPENDENCY_MISSING', `${what}: ${INSTALL_HINT}`, { cause });
  }
}

const CUDA_LIBRARIES = /^(lib)?onnxruntime_providers_cuda\.(so|dll)$/;

/**
 * Says why CUDA cannot run, before ONNX Runtime is asked and prints errors of its own to the console:
 * its CUDA libraries are not in the npm package, an install script fetches them.
 */
export function whyUnavailableOnNode(provider: ExecutionProvider): string | undefined {
  if (provider !== 'cuda') return undefined;
  const folder = binaryFolder();
  if (folder === undefined || readdirSync(folder).some((file) => CUDA_LIBRARIES.test(file))) return undefined;
  return 'the CUDA libraries of onnxruntime-node are not installed; allow its install script (ONNXRUNTIME_NODE_INSTALL=cuda12) and install it again';
}

/** Where onnxruntime-node keeps its binaries for this platform, or undefined where its layout is another one. */
function binaryFolder(): string | undefined {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  const bin = join(dirname(main), '..', 'bin');
  if (!existsSync(bin)) return undefined;
  return readdirSync(bin)
    .map((napi) => join(bin, napi, process.platform, process.arch))
    .find((folder) => existsSync(folder));
}
