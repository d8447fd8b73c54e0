export { refineSymbols } from './refine.js';
