import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../../setup/backend.js';

/** An attribute of a TensorFlow operation, in the binding's form. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | string | boolean | readonly number[];
}

/** The part of tfjs-node's backend that runs TensorFlow operations by name. */
interface NodeBackend {
  readonly binding: Record<`TF_${string}`, number> & {
    executeOp(
      name: string,
      attributes: readonly Attribute[],
      inputs: readonly number[],
      outputs: number,
    ): unknown;
  };
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
}

/** TensorFlow's kernels by their own names (tensorflow.org/api_docs/python/tf/raw_ops). */
export interface Kernels {
  /** Run an operation with one output. */
  run(name: string, attributes: readonly Attribute[], ...inputs: Tensor[]): Tensor;
  /** Run an operation that has no output. */
  command(name: string, attributes: readonly Attribute[], ...inputs: Tensor[]): void;
  readonly float: (name: string) => Attribute;
  readonly shape: (name: string, value: readonly number[]) => Attribute;
  readonly ints: (name: string, value: readonly number[]) => Attribute;
  readonly number: (name: string, value: number) => Attribute;
  readonly text: (name: string, value: string) => Attribute;
  readonly flag: (name: string, value: boolean) => Attribute;
}

/** The door to TensorFlow's kernels behind tfjs-node; only for its `tensorflow` backend. */
export function openKernels(tf: Tf): Kernels {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const attribute =
    (type: number) =>
    <V extends Attribute['value']>(name: string, value: V): Attribute => ({ name, type, value });
  return {
    run: (name, attributes, ...inputs) => backend.executeSingleOutput(name, attributes, inputs),
    command: (name, attributes, ...inputs) => {
      binding.executeOp(name, attributes, backend.getInputTensorIds(inputs), 0);
    },
    float: (name) => ({ name, type: binding.TF_ATTR_TYPE!, value: binding.TF_FLOAT! }),
    shape: attribute(binding.TF_ATTR_SHAPE!),
    ints: attribute(binding.TF_ATTR_INT!),
    number: attribute(binding.TF_ATTR_FLOAT!),
    text: attribute(binding.TF_ATTR_STRING!),
    flag: attribute(binding.TF_ATTR_BOOL!),
  };
}
