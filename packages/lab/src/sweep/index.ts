export * from './execute.js';
export * from './file.js';
export type * from './results.js';
export { SWEEP_RUN_FILE } from './run-result.js';
export type { SweepRun } from './runs.js';
export * from './states.js';
export * from './sweep.js';
export type * from './variants.js';
