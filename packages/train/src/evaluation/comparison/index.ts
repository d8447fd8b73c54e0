export { type BundleFolder, chooseBundles } from './bundles/find.js';
export {
  parseRateDistortion,
  RATE_DISTORTION_FILE,
  type RateDistortion,
  rateDistortionSchema,
} from './result.js';
export { type CompareOptions, type ComparisonProgress, compareCodecs } from './run.js';
export { shortTable } from './table/markdown.js';
export * from './write.js';
