import type { LoadOptions, OnProgress } from '../codec/load-options.js';
import type { WasmPaths } from './wasm-file.js';
import type { WebGpu } from './webgpu-option.js';

/** Options of `loadCodec` in browsers and workers. */
export interface WebLoadOptions extends LoadOptions {
  /** What `@convae/runtime/webgpu` exports: needed for the execution provider `webgpu`. */
  readonly webgpu?: WebGpu | undefined;
  /** Where ONNX Runtime’s .wasm files are, where that is not where the bundler or import map says. */
  readonly wasmPaths?: WasmPaths | undefined;
  /** Is told how far each file has been fetched; what it throws ends the loading. */
  readonly onProgress?: OnProgress | undefined;
  /** Stops the loading; it then rejects with ConvaeError ABORTED. */
  readonly signal?: AbortSignal | undefined;
}
