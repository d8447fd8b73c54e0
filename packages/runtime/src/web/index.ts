/**
 * Codecs in browsers, on onnxruntime-web.
 * @module @convae/runtime/web
 */
export type { LoadOptions, LoadProgress, OnProgress } from '../codec/load-options.js';
export { CONVAE_ERROR_CODES, ConvaeError } from '../errors.js';
export { type BundleUrlOptions, bundleUrl } from '../fetch/bundle-url.js';
export { cropImages, padImages, sliceBatch, toFloatImages, toUint8Images } from '../image.js';
export type * from '../index.js';
export { joinBatches } from '../join-batches.js';
export { loadCodec } from './load-codec.js';
export type { WebLoadOptions } from './options.js';
export type { WasmPaths } from './wasm-file.js';
export type { WebGpu } from './webgpu-option.js';
