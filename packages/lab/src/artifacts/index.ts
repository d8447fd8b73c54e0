export { type ArtifactsOptions, evaluateArtifacts } from './evaluate.js';
export * from './schema.js';
