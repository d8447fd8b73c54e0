export { FILTERS } from './candidates.js';
export { DEFAULT_TUNING_IMAGES, type DenoisingOptions, evaluateDenoising } from './evaluate.js';
export * from './schema.js';
