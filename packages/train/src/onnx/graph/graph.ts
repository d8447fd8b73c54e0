/** A dimension: a size, or the name of a size that is only known when the graph runs. */
export type Dim = number | string;

/** Element types that the exported graphs use. */
export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';

/** An attribute of an ONNX node; ONNX tells integers from floats. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

/** One node of an ONNX graph. */
export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  inputs: string[];
  outputs: string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant tensor of an ONNX graph, row-major. */
export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int8Array;
}

/** A named tensor at the border of a graph. */
export interface GraphTensor {
  readonly name: string;
  readonly type: ElementType;
  /** A text stands for a size that is known when the graph runs. */
  readonly shape: readonly Dim[];
}

/** An ONNX graph before it becomes bytes; nodes are in topological order. */
export interface OnnxGraph {
  readonly name: string;
  readonly docString: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

/** An integer attribute. */
export const int = (value: number): Attribute => ({ kind: 'int', value });
/** A list of integers as attribute. */
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
/** A float32 attribute. */
export const float = (value: number): Attribute => ({ kind: 'float', value });
/** A text attribute. */
export const text = (value: string): Attribute => ({ kind: 'string', value });
