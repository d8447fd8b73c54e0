export { FILTERS } from './candidates.js';
export { DEFAULT_TUNING_IMAGES, evaluateDenoising } from './evaluate.js';
export * from './schema.js';
