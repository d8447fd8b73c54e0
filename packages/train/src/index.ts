/**
 * Data, models, training, the tfjs-to-ONNX converter, bundles and their evaluation.
 * @module @convae/train
 */
export * from './bundle/index.js';
export * from './dataset/index.js';
export * from './evaluation/index.js';
export * from './model/index.js';
export * from './onnx/index.js';
export * from './setup/index.js';
export * from './training/index.js';
