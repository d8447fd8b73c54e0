export type * from './dataset/types.js';
export type * from './training/history.js';
