export * from './bundle/export-bundle.js';
export * from './convert.js';
export {
  CONVERT_TOLERANCE,
  type ConvertCommandOptions,
  type ConvertSummary,
  convertCommand,
} from './convert-command.js';
export { writeBundleFolder } from './files.js';
export { SUPPORTED_ACTIVATIONS } from './layers/activations.js';
export { SUPPORTED_LAYERS } from './layers/registry.js';
export { readLayersModel } from './model/model-file.js';
export type * from './onnx/graph.js';
export type { Feeds, PlainTensor } from './parity/ort.js';
export * from './parity/verify.js';
export {
  type BuiltCoding,
  buildCoding,
  type CodingFields,
  type TableOptions,
} from './tables/build-coding.js';
