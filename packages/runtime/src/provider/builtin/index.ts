export { compileKernels } from './module.js';
export { createBuiltin } from './session.js';
