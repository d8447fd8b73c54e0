export * from './checkpoint.js';
export { MAX_CHECKPOINT_BYTES } from './checkpoint-file.js';
export type * from './history.js';
export * from './recipe.js';
export * from './run-folder.js';
export * from './trainer.js';
