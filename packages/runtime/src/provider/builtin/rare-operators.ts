import { gemm, matMul } from './operators/matrix.js';
import { MOVEMENT } from './operators/movement.js';
import { REDUCTIONS } from './operators/reductions.js';
import { resize } from './operators/resize.js';

/** Operators that most graphs do without, by ONNX's names. */
export const RARE = new Map(
  Object.entries({ Gemm: gemm, MatMul: matMul, Resize: resize, ...MOVEMENT, ...REDUCTIONS }),
);
