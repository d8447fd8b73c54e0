export * from './export-bundle.js';
export { type OlderFolder, writeBundleFolder } from './files.js';
export {
  type BuiltCoding,
  buildCoding,
  type CodingFields,
  type TableOptions,
} from './tables/build-coding.js';
