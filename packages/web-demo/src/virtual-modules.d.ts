declare module 'virtual:bundles' {
  import type { BundleEntry } from './codec/bundle-entry.js';

  /** The bundles that the page was built with, the ones trained for rate and distortion first. */
  export const bundles: readonly BundleEntry[];
  /** Sizes of ONNX Runtime's WebAssembly files, bytes. */
  export const wasmBytes: { readonly wasm: number; readonly webgpu: number };
}
