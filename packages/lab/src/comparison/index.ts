export { chooseBundles } from './bundles/find.js';
export { comparisonFolder } from './find-result.js';
export { refreshReports } from './refresh.js';
export { type ComparisonProgress, compareCodecs } from './run.js';
export { shortTable } from './table/markdown.js';
export * from './write.js';
