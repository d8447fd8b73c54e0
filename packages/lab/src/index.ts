export { evaluations } from './evaluations.js';
