import type { Operator } from './node.js';
import { convolution } from './operators/convolution.js';
import { gemm, matMul } from './operators/matrix.js';
import { MOVEMENT } from './operators/movement.js';
import { PAIRS } from './operators/pairs.js';
import { POOLING } from './operators/pooling.js';
import { REDUCTIONS } from './operators/reductions.js';
import { resize } from './operators/resize.js';
import { SINGLE } from './operators/single.js';
import { transposedConvolution } from './operators/transposed.js';
import { TYPING } from './operators/types.js';

/** All operators, by ONNX's names. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    Conv: convolution,
    ConvTranspose: transposedConvolution,
    Gemm: gemm,
    MatMul: matMul,
    Resize: resize,
    ...MOVEMENT,
    ...PAIRS,
    ...POOLING,
    ...REDUCTIONS,
    ...SINGLE,
    ...TYPING,
  }),
);
