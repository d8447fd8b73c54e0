export {
  type CallOptions,
  type CodedImages,
  type CodingContext,
  type CodingSettings,
  codedShape,
  type DecodedPayload,
  type EncodeOptions,
  MAX_EFFORT,
  progressFrom,
  type StreamModel,
} from './coding-context.js';
export {
  checkHeader,
  chunkSides,
  chunkSymbols,
  type DecodedContainer,
  decodeContainer,
  ImageContainer,
  type LostChunk,
  openImageContainer,
  type PlacedImages,
} from './container-decoder.js';
export {
  type ContainerOptions,
  type ContainerSummary,
  DEFAULT_CHUNK_IMAGES,
  encodeContainer,
  type ImageSequence,
} from './container-encoder.js';
export { EntropyModel } from './entropy-model.js';
export { type CodedImage, decodeImage, decodeImageSymbols, encodeImages } from './image-coder.js';
export { networkCoding } from './network-coding.js';
export type { Networks } from './networks.js';
export { MAX_CONTEXT_PRODUCTS, mostImages, mostImagesOf } from './payload.js';
export { inTurns } from './turns.js';
