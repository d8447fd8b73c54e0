export * from './build.js';
export * from './describe.js';
export * from './initialise.js';
export * from './parameters.js';
export * from './parse.js';
export * from './presets.js';
export * from './shapes.js';
export * from './spec.js';
