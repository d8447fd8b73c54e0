import type { Tensor } from '@tensorflow/tfjs-core';
import type { ChainLink } from '../../model/shapes.js';
import type { Tf } from '../../setup/backend.js';
import { activationOf } from './activations.js';
import type { BlockOps, BlockRun } from './block-ops.js';
import { type Attribute, type Kernels, openKernels } from './kernels.js';
import { type ConvLink, fitsPatches, type PatchBlock, patchBlock } from './patches.js';
import { pixelTensor } from './plain.js';

/** The linear map inside a block (convolution, product) with its three derivatives as single kernels. */
interface Linear {
  apply(x: Tensor, kernel: Tensor): Tensor;
  kernelGradient(x: Tensor, kernel: Tensor, gradient: Tensor): Tensor;
  inputGradient(x: Tensor, kernel: Tensor, gradient: Tensor): Tensor;
}

const NHWC = (k: Kernels): Attribute => k.text('data_format', 'NHWC');

function convAttributes(k: Kernels, stride: number): Attribute[] {
  return [
    k.float('T'),
    k.ints('strides', [1, stride, stride, 1]),
    k.text('padding', 'SAME'),
    NHWC(k),
    k.ints('dilations', [1, 1, 1, 1]),
    k.flag('use_cudnn_on_gpu', true),
  ];
}

function convolution(tf: Tf, k: Kernels, stride: number): Linear {
  const attributes = convAttributes(k, stride);
  const sizes = (t: Tensor): Tensor => tf.tensor1d(t.shape, 'int32');
  return {
    apply: (x, kernel) => k.run('Conv2D', attributes, x, kernel),
    kernelGradient: (x, kernel, g) => k.run('Conv2DBackpropFilter', attributes, x, sizes(kernel), g),
    inputGradient: (x, kernel, g) => k.run('Conv2DBackpropInput', attributes, sizes(x), kernel, g),
  };
}

/** A transposed convolution is the input gradient of a convolution, so its own gradients are that convolution. */
function transposedConvolution(tf: Tf, k: Kernels, stride: number): Linear {
  const attributes = convAttributes(k, stride);
  const outputSizes = (x: Tensor, kernel: Tensor): Tensor =>
    tf.tensor1d([x.shape[0]!, x.shape[1]! * stride, x.shape[2]! * stride, kernel.shape[2]!], 'int32');
  const kernelSizes = (kernel: Tensor): Tensor => tf.tensor1d(kernel.shape, 'int32');
  return {
    apply: (x, kernel) => k.run('Conv2DBackpropInput', attributes, outputSizes(x, kernel), kernel, x),
    kernelGradient: (x, kernel, g) => k.run('Conv2DBackpropFilter', attributes, g, kernelSizes(kernel), x),
    inputGradient: (_x, kernel, g) => k.run('Conv2D', attributes, g, kernel),
  };
}

/** Enlarges a block's input before its convolution. */
interface Resample {
  apply(x: Tensor): Tensor;
  gradient(x: Tensor, g: Tensor): Tensor;
}

function resampleOf(tf: Tf, k: Kernels, link: ChainLink): Resample | undefined {
  const { block } = link;
  if (block.kind !== 'nearest' && block.kind !== 'bilinear') return undefined;
  const nearest = block.kind === 'nearest';
  const name = nearest ? 'ResizeNearestNeighbor' : 'ResizeBilinear';
  const attributes = [k.float('T'), k.flag('align_corners', false), k.flag('half_pixel_centers', false)];
  const size = (x: Tensor, factor: number): Tensor =>
    tf.tensor1d([x.shape[1]! * factor, x.shape[2]! * factor], 'int32');
  return {
    apply: (x) => k.run(name, attributes, x, size(x, block.factor)),
    // The nearest-neighbour gradient takes the original's size, the bilinear one the original itself.
    gradient: (x, g) => k.run(`${name}Grad`, attributes, g, nearest ? size(x, 1) : x),
  };
}

function product(tf: Tf, k: Kernels): Linear {
  const attributes = (a: boolean, b: boolean): Attribute[] => [
    k.float('T'),
    k.flag('transpose_a', a),
    k.flag('transpose_b', b),
  ];
  const [plain, first, second] = [attributes(false, false), attributes(true, false), attributes(false, true)];
  const flat = (x: Tensor): Tensor => (x.rank === 2 ? x : tf.reshape(x, [x.shape[0]!, -1]));
  return {
    apply: (x, kernel) => k.run('MatMul', plain, flat(x), kernel),
    kernelGradient: (x, _kernel, g) => k.run('MatMul', first, flat(x), g),
    inputGradient: (x, kernel, g) => tf.reshape(k.run('MatMul', second, g, kernel), x.shape),
  };
}

function linearOf(tf: Tf, k: Kernels, link: ChainLink): Linear {
  const { block } = link;
  switch (block.kind) {
    case 'conv':
      return convolution(tf, k, block.stride);
    case 'transpose':
      return transposedConvolution(tf, k, block.stride);
    case 'nearest':
    case 'bilinear':
      return convolution(tf, k, 1);
    default:
      return product(tf, k);
  }
}

interface Pool {
  apply(x: Tensor): Tensor;
  gradient(x: Tensor, pooled: Tensor, g: Tensor): Tensor;
}

function poolOf(k: Kernels, link: ChainLink): Pool | undefined {
  const { block } = link;
  if (block.kind !== 'conv' || block.pool === 1) return undefined;
  const window = [1, block.pool, block.pool, 1];
  const attributes = [
    k.float('T'),
    k.ints('ksize', window),
    k.ints('strides', window),
    k.text('padding', 'VALID'),
    NHWC(k),
  ];
  return {
    apply: (x) => k.run('MaxPool', attributes, x),
    gradient: (x, pooled, g) => k.run('MaxPoolGrad', attributes, x, pooled, g),
  };
}

/** Runs one block forward. */
type Runner = (input: Tensor, kernel: Tensor, bias: Tensor) => BlockRun;

/**
 * Pooling comes before bias and activation: both are non-decreasing, so the maximum commutes with them to the
 * last bit, and they run on a quarter of the values.
 */
function blockRunner(tf: Tf, k: Kernels, link: ChainLink): Runner {
  const resample = resampleOf(tf, k, link);
  const linear = linearOf(tf, k, link);
  const activation = activationOf(k, link.block.activation);
  const pool = poolOf(k, link);
  const biasAttributes = [k.float('T'), NHWC(k)];
  const { height, width, channels } = link.output;
  const expand = link.block.kind === 'expand';
  return (input, kernel, bias) => {
    const x = resample === undefined ? input : resample.apply(input);
    const product = linear.apply(x, kernel);
    const pooled = pool === undefined ? product : pool.apply(product);
    const biased = k.run('BiasAdd', biasAttributes, pooled, bias);
    const y = activation.apply(biased);
    const inputGradient = (g: Tensor): Tensor => {
      const dx = linear.inputGradient(x, kernel, g);
      return resample === undefined ? dx : resample.gradient(input, dx);
    };
    const backward: BlockRun['backward'] = (gradient, needInput) => {
      const g = activation.gradient(expand ? tf.reshape(gradient, y.shape) : gradient, biased, y);
      const atProduct = pool === undefined ? g : pool.gradient(product, pooled, g);
      return {
        bias: k.run('BiasAddGrad', biasAttributes, g),
        kernel: linear.kernelGradient(x, kernel, atProduct),
        input: needInput ? inputGradient(atProduct) : undefined,
      };
    };
    const output = expand ? tf.reshape(y, [y.shape[0]!, height, width, channels]) : y;
    return { output, backward };
  };
}

/** tfjs's own gradient of relu takes four kernels over the whole tensor. */
function differentiableRelu(tf: Tf, k: Kernels): BlockOps['relu'] {
  const relu = activationOf(k, 'relu');
  return tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (saved: Tensor[]) => void];
    const y = relu.apply(x);
    save([y]);
    const gradFunc = (g: Tensor, saved: Tensor[]): Tensor => relu.gradient(g, x, saved[0]!);
    return { value: y, gradFunc };
  });
}

/** Blocks as single TensorFlow kernels with hand-written gradients (bench/step.mjs compares with tfjs and PyTorch). */
export function tensorflowOps(tf: Tf): BlockOps {
  const k = openKernels(tf);
  const runners = new Map<ChainLink, Runner>();
  const patchBlocks = new Map<ChainLink, PatchBlock>();
  const runner = (link: ChainLink): Runner => {
    const known = patchBlocks.get(link)?.run ?? runners.get(link) ?? blockRunner(tf, k, link);
    runners.set(link, known);
    return known;
  };
  const patches = (link: ConvLink): PatchBlock => {
    const known = patchBlocks.get(link) ?? patchBlock(tf, k, link);
    patchBlocks.set(link, known);
    return known;
  };
  const attributes = [k.float('T')];
  return {
    input: (first, batch) =>
      fitsPatches(first) ? patches(first).input(batch) : pixelTensor(tf, first, batch),
    forward: (link, input, kernel, bias) => runner(link)(input, kernel, bias),
    add: (a, b) => k.run('AddV2', attributes, a, b),
    relu: differentiableRelu(tf, k),
    squaredError: (output, target) => {
      const error = k.run('Sub', attributes, output, target);
      const gradient = k.run('Mul', attributes, error, tf.scalar(2 / output.size));
      return { halfSum: k.run('L2Loss', attributes, error), gradient };
    },
  };
}
