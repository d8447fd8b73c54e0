/**
 * Formats, coding and codecs without a platform: no module of Node, no ONNX Runtime.
 * @module @convae/runtime/core
 */
export * from './bitstream/index.js';
export * from './bundle/default-prior.js';
export * from './bundle/files.js';
export * from './bundle/identity.js';
export * from './bundle/load.js';
export * from './bundle/manifest.js';
export type { BundleContext } from './bundle/open-context.js';
export { MAX_PACK_FILES, openPack, PACK_MAGIC, PACK_VERSION } from './bundle/pack.js';
export { MAX_PACK_BYTES, PACK_EXTENSION } from './bundle/pack-names.js';
export * from './bundle/parse.js';
export * from './bundle/pixels.js';
export type { BundleSource, HeldPack, PackBlob } from './bundle/source.js';
export { type PackOptions, packBundle } from './bundle/write-pack.js';
export { joinBytes, toHex } from './bytes.js';
export {
  type ChooseQualityOptions,
  type ChosenQuality,
  chooseQuality,
  type QualityTarget,
} from './codec/choose-quality.js';
export { createCodec } from './codec/codec.js';
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
  MAX_EFFORT,
  type PlacedImages,
} from './codec/coding/index.js';
export { meanSquaredError, meanSquaredErrors, psnrOf } from './codec/distortion.js';
export type * from './codec/interface.js';
export * from './context/index.js';
export * from './entropy/index.js';
export * from './entropy/quantizer.js';
export * from './errors.js';
export * from './idx/index.js';
export type * from './image.js';
export {
  colourName,
  cropImages,
  IMAGE_CHANNELS,
  padImages,
  sliceBatch,
  toFloatImages,
  toUint8Images,
} from './image.js';
export { joinBatches } from './join-batches.js';
export { median } from './median.js';
export * from './pixels/index.js';
export { DEFAULT_BATCH_SIZE } from './provider/batch.js';
export { goldenVector } from './provider/golden-vector.js';
export { loadBuiltin } from './provider/load-builtin.js';
export type {
  ExecutionProvider,
  NetworkSessions,
  PassedOver,
  ProviderOptions,
} from './provider/open-sessions.js';
export { EXECUTION_PROVIDERS, openSessions } from './provider/open-sessions.js';
export type * from './provider/ort.js';
export { type ProbeOutput, runProbe } from './provider/probe.js';
export { fillTransparent } from './transparency.js';
