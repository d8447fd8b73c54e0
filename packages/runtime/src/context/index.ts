export { MAX_CONTEXT_FILE_BYTES, parseContext, serializeContext } from './context-file.js';
export {
  type ContextModel,
  type ContextSizes,
  MAX_CONTEXT_CHANNELS,
  MAX_CONTEXT_COMPONENTS,
  MAX_CONTEXT_ENTRIES,
  MAX_CONTEXT_HIDDEN,
  MAX_CONTEXT_RADIUS,
  MAX_CONTEXT_SHIFT,
} from './context-model.js';
