export { tinyHistory, tinyImages, tinyRun } from './tiny-run.js';
