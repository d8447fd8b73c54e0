export { chooseKernel } from './choose-kernel.js';
export { parseContext, serializeContext } from './context-file.js';
export {
  type ContextModel,
  type ContextSizes,
  MAX_CONTEXT_CHANNELS,
  MAX_CONTEXT_COMPONENTS,
  MAX_CONTEXT_ENTRIES,
  MAX_CONTEXT_HIDDEN,
  MAX_CONTEXT_RADIUS,
  MAX_CONTEXT_SHIFT,
  neighbourCount,
  SCALE_UNIT,
} from './context-model.js';
export { ContextPrior, codedChannels } from './context-prior.js';
export { decodeContextSymbols, encodeContextSymbols } from './context-symbols.js';
export type { CodedChannel, SymbolCoder } from './context-walker.js';
export { CONTEXT_KERNELS, type ContextKernelName, type KernelOptions } from './kernel.js';
export { MAX_CONTEXT_FILE_BYTES } from './limits.js';
export type { Distribution, Entries } from './mixture.js';
