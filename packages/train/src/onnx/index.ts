export * from './convert.js';
export {
  CONVERT_TOLERANCE,
  type ConvertCommandOptions,
  type ConvertSummary,
  convertCommand,
} from './convert-command.js';
export type * from './graph/graph.js';
export { SUPPORTED_ACTIVATIONS } from './layers/activations.js';
export { SUPPORTED_LAYERS } from './layers/registry.js';
export { readLayersModel } from './model/model-file.js';
export type { Feeds, PlainTensor } from './parity/ort.js';
export * from './parity/verify.js';
