import type { OrtTensor } from '../ort.js';

/** A tensor of the builtin provider. */
export class BuiltinTensor implements OrtTensor {
  readonly type: string;
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
  constructor(type: string, data: Float32Array | Int32Array, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}
