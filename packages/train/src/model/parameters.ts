import { type ChainLink, type Half, type NetworkShapes, traceShapes } from './shapes.js';
import type { ArchitectureSpec } from './spec.js';

/** One weight tensor: its name, part and shape in tfjs layout. */
export interface ParameterShape {
  /** `encoder/0/kernel`, `decoder/1/bias`, `encoder/linear/kernel` and so on: stable, used in checkpoints. */
  readonly name: string;
  readonly part: Half;
  readonly role: 'kernel' | 'bias';
  /** Kernels: H×W×in×out (convolution), H×W×out×in (transposed convolution), in×out (dense). */
  readonly shape: readonly number[];
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Initial or trained values, in the order of {@link parameterShapes}. */
export type ParameterValues = readonly Float32Array[];

function kernelOf(link: ChainLink): { shape: number[]; fanIn: number; fanOut: number; biases: number } {
  const { block, input, output } = link;
  if (block.kind === 'dense' || block.kind === 'expand') {
    const fanIn = input.height * input.width * input.channels;
    const units = output.height * output.width * output.channels;
    return { shape: [fanIn, units], fanIn, fanOut: units, biases: units };
  }
  const k = block.kernel;
  const area = k * k;
  if (block.kind === 'transpose') {
    const shape = [k, k, block.filters, input.channels];
    // As Keras and PyTorch count: the fan-in of the convolution that this one transposes.
    return { shape, fanIn: block.filters * area, fanOut: input.channels * area, biases: block.filters };
  }
  const shape = [k, k, input.channels, block.filters];
  return { shape, fanIn: input.channels * area, fanOut: block.filters * area, biases: block.filters };
}

function parametersOf(part: Half, link: ChainLink, place: number | 'linear'): ParameterShape[] {
  const { shape, fanIn, fanOut, biases } = kernelOf(link);
  const common = { part, fanIn, fanOut } as const;
  return [
    { ...common, name: `${part}/${place}/kernel`, role: 'kernel', shape },
    { ...common, name: `${part}/${place}/bias`, role: 'bias', shape: [biases] },
  ];
}

function parametersOfHalf(part: Half, { linear, ...shapes }: NetworkShapes): ParameterShape[] {
  const blocks = shapes[part].flatMap((link, index) => parametersOf(part, link, index));
  return linear === undefined ? blocks : [...blocks, ...parametersOf(part, linear[part], 'linear')];
}

/** Every weight tensor of the network: kernel and bias of each block, then of the linear transform; encoder first. */
export function parameterShapes(spec: ArchitectureSpec): ParameterShape[] {
  const shapes = traceShapes(spec);
  return [...parametersOfHalf('encoder', shapes), ...parametersOfHalf('decoder', shapes)];
}

/** Whether a tensor belongs to a linear transform. */
export const isLinear = ({ name }: Pick<ParameterShape, 'name'>): boolean => name.includes('/linear/');

/** Number of weight tensors of one half. */
export function tensorCount(part: Half, { linear, ...shapes }: NetworkShapes): number {
  return 2 * (shapes[part].length + (linear === undefined ? 0 : 1));
}

/** Number of weight tensors of both halves. */
export const networkTensorCount = (shapes: NetworkShapes): number =>
  tensorCount('encoder', shapes) + tensorCount('decoder', shapes);

/** Number of values in a tensor of this shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
