export {
  type CallOptions,
  type CodingContext,
  type CodingSettings,
  codedShape,
  type EncodeOptions,
} from './coding-context.js';
export {
  checkHeader,
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
export { MAX_EFFORT } from './images-coding.js';
export { MAX_CONTEXT_PRODUCTS, mostImages } from './payload.js';
