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
export {
  type CodedChannel,
  ContextPrior,
  type ContextPriorOptions,
  codedChannels,
} from './context-prior.js';
export {
  decodeContextSymbols,
  encodeContextSymbols,
  type SymbolCoder,
} from './context-symbols.js';
export { chooseKernel, createKernel } from './create-kernel.js';
export { CONTEXT_KERNELS, type ContextKernel, type ContextKernelName } from './kernel.js';
export { MAX_CONTEXT_FILE_BYTES } from './limits.js';
export { type Entries, Mixture } from './mixture.js';
