export type { AnomalySource } from './anomaly.js';
export { DEFAULT_MAP_IMAGES, evaluateFeatures } from './evaluate.js';
export * from './schema.js';
