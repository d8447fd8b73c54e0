export { evaluateArtifacts } from './evaluate.js';
export * from './schema.js';
