/**
 * Codecs on Node, on onnxruntime-node.
 * @module @convae/runtime
 */
export type { FetchingOptions, LoadOptions, LoadProgress, OnProgress } from '../codec/load-options.js';
export * from '../index.js';
export {
  createFileSink,
  type FileSink,
  type FileSource,
  openFileSource,
  streamSource,
} from './byte-files.js';
export { writeFileAtomic } from './files.js';
export { bundleFolder } from './folder.js';
export { gunzipped, isGzip, readIdxFileStream } from './idx-files.js';
export {
  decodeImageFile,
  encodeImageFile,
  encodePng,
  MAX_IMAGE_FILE_BYTES,
  readImageFile,
  readImageSize,
  writeImageFile,
} from './image-files.js';
export { loadCodec, type NodeLoadOptions } from './load-codec.js';
export { openBundle } from './open-bundle.js';
export { SparseLines } from './sparse-lines.js';
export { disableTelemetry } from './telemetry.js';
export { formatDuration, formatTimeLeft, TimeLeft } from './time-left.js';
