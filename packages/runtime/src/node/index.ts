export * from '../index.js';
export type { LoadOptions } from '../load-options.js';
export { writeFileAtomic } from './files.js';
export { bundleFolder } from './folder.js';
export {
  encodePng,
  MAX_IMAGE_FILE_BYTES,
  readImageFile,
  readImageSize,
  writeImageFile,
} from './image-files.js';
export { loadCodec } from './load-codec.js';
