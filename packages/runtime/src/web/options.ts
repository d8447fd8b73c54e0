import type { FetchingOptions, LoadOptions } from '../codec/load-options.js';
import type { WasmPaths } from './wasm-file.js';
import type { WebGpu } from './webgpu-option.js';

/** Options of `loadCodec` in browsers and workers. */
export interface WebLoadOptions extends LoadOptions, FetchingOptions {
  /** What `@convae/runtime/webgpu` exports: needed for the execution provider `webgpu`. */
  readonly webgpu?: WebGpu | undefined;
  /** Where ONNX Runtime’s .wasm files are, where that is not where the bundler or import map says. */
  readonly wasmPaths?: WasmPaths | undefined;
}
