export * from './export-bundle.js';
export { writeBundleFolder } from './files.js';
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
