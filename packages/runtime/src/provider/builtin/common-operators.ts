import { convolution } from './operators/convolution.js';
import { PAIRS } from './operators/pairs.js';
import { POOLING } from './operators/pooling.js';
import { TYPING } from './operators/types.js';

/** Operators that most encoders have, and graphs with weights in eight bits, by ONNX's names. */
export const COMMON = new Map(Object.entries({ Conv: convolution, ...PAIRS, ...POOLING, ...TYPING }));
