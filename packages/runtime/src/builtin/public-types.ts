export type {
  Chunk,
  CodedSize,
  ContainerHeader,
  ContainerSink,
  Prior,
  RandomAccessSource,
} from '../bitstream/index.js';
export type { BundleFiles } from '../bundle/files.js';
export type { Manifest } from '../bundle/manifest.js';
export type { BundleSource, HeldPack, PackBlob } from '../bundle/source.js';
export type {
  ContainerOptions,
  ContainerSummary,
  DecodedContainer,
  EncodeOptions,
  ImageContainer,
  ImageSequence,
  LostChunk,
  PlacedImages,
} from '../codec/coding/index.js';
export type * from '../codec/interface.js';
export type { FetchingOptions, LoadOptions, LoadProgress, OnProgress } from '../codec/load-options.js';
export type { ContextKernelName } from '../context/index.js';
export type { ConvaeErrorCode } from '../errors.js';
export type * from '../image.js';
export type { ExecutionProvider, PassedOver } from '../provider/execution-provider.js';
export type { Decoder, LoadBuiltinCodec, LoadBuiltinDecoder } from './loaders.js';
export type { BuiltinLoadOptions } from './options.js';
