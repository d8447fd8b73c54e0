export * from './bundle/manifest.js';
export * from './errors.js';
export type * from './image.js';
