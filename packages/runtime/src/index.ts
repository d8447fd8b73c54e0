export * from './bitstream/index.js';
export * from './bundle/files.js';
export * from './bundle/identity.js';
export * from './bundle/load.js';
export * from './bundle/manifest.js';
export * from './bundle/parse.js';
export { createCodec } from './codec.js';
export type * from './codec-interface.js';
export {
  type CodedImage,
  type CodingSettings,
  type ContainerOptions,
  type ContainerSummary,
  chunkSymbols,
  DEFAULT_CHUNK_IMAGES,
  type DecodedContainer,
  decodeImageSymbols,
  type EncodeOptions,
  EntropyModel,
  ImageContainer,
  type ImageSequence,
  type LostChunk,
  MAX_CONTEXT_PRODUCTS,
  type PlacedImages,
} from './coding/index.js';
export * from './context/index.js';
export * from './entropy/index.js';
export * from './errors.js';
export * from './idx/index.js';
export type * from './image.js';
export { cropImages, joinBatches, padImages, sliceBatch, toFloatImages, toUint8Images } from './image.js';
export * from './quantizer.js';
export { DEFAULT_BATCH_SIZE } from './session/batch.js';
export type * from './session/ort.js';
export { goldenVector, type ProbeOutput, runProbe } from './session/probe.js';
export type { ExecutionProvider, NetworkSessions, PassedOver, ProviderOptions } from './session/provider.js';
export { EXECUTION_PROVIDERS, openSessions } from './session/provider.js';
