export * from './export-bundle.js';
export { type OlderFolder, writeBundleFolder } from './files.js';
export {
  type ExportedLossless,
  type ExportLosslessOptions,
  exportLossless,
} from './lossless/export-lossless.js';
export {
  type BuiltCoding,
  buildCoding,
  type CodingFields,
  type TableOptions,
} from './tables/build-coding.js';
export { writeTritonRepository } from './triton.js';
