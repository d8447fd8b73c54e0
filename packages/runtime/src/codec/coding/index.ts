export {
  type CallOptions,
  type CodedImages,
  type CodingContext,
  type CodingSettings,
  codedShape,
  type EncodeOptions,
  MAX_EFFORT,
  type Part,
  type PartTask,
  type Threads,
} from './coding-context.js';
export {
  checkHeader,
  chunkSides,
  chunkSymbols,
  type DecodedContainer,
  ImageContainer,
  type LostChunk,
  type PlacedImages,
} from './container-decoder.js';
export {
  type ContainerOptions,
  type ContainerSummary,
  DEFAULT_CHUNK_IMAGES,
  type ImageSequence,
} from './container-encoder.js';
export { EntropyModel } from './entropy-model.js';
export { type CodedImage, decodeImageSymbols } from './image-coder.js';
export { mostImages, mostImagesOf } from './most-images.js';
export { MAX_CONTEXT_PRODUCTS } from './payload.js';
