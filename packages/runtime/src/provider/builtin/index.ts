export type { LoadModule } from './kernels.js';
export { compileKernels } from './module.js';
export { createBuiltin } from './session.js';
