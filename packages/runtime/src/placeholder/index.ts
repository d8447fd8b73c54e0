/**
 * Placeholders: pictures in some 20 bytes, for pages whose pictures are still to come.
 * @module @convae/runtime/placeholder
 */
export { areaAverage } from './area-average.js';
export {
  decodePlaceholder,
  type Placeholder,
  placeholderAspectRatio,
  placeholderDataUrl,
} from './decode-placeholder.js';
export {
  DEFAULT_PLACEHOLDER_BYTES,
  type EncodePlaceholderOptions,
  encodePlaceholder,
} from './encode-placeholder.js';
export { MAX_PLACEHOLDER_BYTES, type PlaceholderCodec } from './placeholder-codec.js';
