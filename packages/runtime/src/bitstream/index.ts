export { BUNDLE_HASH_BYTES, bundleHash, canonicalJson, type PlainData } from './bundle-hash.js';
export { type Chunk, LEAST_CHUNK_BYTES } from './chunk.js';
export { ContainerFile, openContainer, type RandomAccessSource } from './container-file.js';
export { CONTAINER_VERSION, type ContainerHeader } from './container-header.js';
export type { ChunkEntry } from './container-index.js';
export { type ContainerStream, readContainer } from './container-stream.js';
export {
  type ContainerSink,
  ContainerWriter,
  createContainerWriter,
  type NewChunk,
} from './container-writer.js';
export { crc32c } from './crc32c.js';
export { type CodedSize, type ImageStream, readImageStream } from './image-stream.js';
export * from './limits.js';
export { type MergePart, type MergeSummary, mergeContainers } from './merge-containers.js';
export { PRIORS, type Prior } from './priors.js';
export { isDamage, type LostImages, type Salvage, salvageContainer } from './salvage.js';
export { writeImageStream } from './write-image-stream.js';
