export * from './dataset/index.js';
export * from './evaluation/index.js';
export * from './export/index.js';
export * from './model/index.js';
export * from './setup/index.js';
export * from './training/index.js';
