export { type BundleFolder, chooseBundles } from './bundles/find.js';
export { comparisonFolder, findComparison } from './find-result.js';
export { refreshReports } from './refresh.js';
export {
  parseRateDistortion,
  RATE_DISTORTION_FILE,
  type RateDistortion,
  rateDistortionSchema,
} from './result.js';
export { type CompareOptions, type ComparisonProgress, compareCodecs } from './run.js';
export { shortTable } from './table/markdown.js';
export * from './write.js';
