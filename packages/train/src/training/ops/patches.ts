import type { Tensor } from '@tensorflow/tfjs-core';
import type { ChainLink } from '../../model/shapes.js';
import type { Tf } from '../../setup/backend.js';
import { activationOf } from './activations.js';
import type { BlockRun, PixelBatch } from './block-ops.js';
import type { Attribute, Kernels } from './kernels.js';

/** Most image channels for which products of patches were measured faster than convolutions. */
const MAX_PATCH_CHANNELS = 3;

/**
 * The first block as products of image patches.
 *
 * TensorFlow's convolution of one channel and its max-pooling gradient take half of a step of the reference
 * network. A kernel of K×K followed by a P×P pool sees S×S pixels, S = K + P − 1, per pooled value. The P² values
 * under one pool are P² products of that patch with the kernel shifted inside an S×S frame of zeros, and the pool
 * is the maximum of P² matrices. Measured on the reference network: 3.6 → 1.5 of 7.4 ms.
 */
export interface PatchBlock {
  /** Patches of a batch: (N·h·w) × (S·S·C), zeros outside the image. */
  input(batch: PixelBatch): Tensor;
  run(input: Tensor, kernel: Tensor, bias: Tensor): BlockRun;
}

/** A link whose block is a convolution. */
export type ConvLink = ChainLink & { readonly block: { readonly kind: 'conv' } };

/** True where the block can run on patches: a convolution of few channels that does not step, pooled by 1 or 2. */
export function fitsPatches(link: ChainLink): link is ConvLink {
  const { block, input } = link;
  return (
    block.kind === 'conv' && block.stride === 1 && block.pool <= 2 && input.channels <= MAX_PATCH_CHANNELS
  );
}

interface Geometry {
  readonly kernel: number;
  readonly pool: number;
  /** Side of a patch. */
  readonly side: number;
  readonly channels: number;
  readonly filters: number;
  readonly height: number;
  readonly width: number;
}

function geometryOf(link: ConvLink): Geometry {
  const { kernel, pool, filters } = link.block;
  const { channels } = link.input;
  const { height, width } = link.output;
  return { kernel, pool, side: kernel + pool - 1, channels, filters, height, width };
}

/** For each value of the patches of one image: its place in the image, or −1 outside. */
function patchIndices(link: ConvLink, g: Geometry): Int32Array {
  const { height: imageHeight, width: imageWidth } = link.input;
  // "same" padding of an unstepped convolution puts the odd pixel after the image.
  const before = Math.floor((g.kernel - 1) / 2);
  const places = new Int32Array(g.height * g.width * g.side * g.side * g.channels);
  let at = 0;
  for (let i = 0; i < g.height; i++)
    for (let j = 0; j < g.width; j++)
      for (let r = 0; r < g.side; r++)
        for (let c = 0; c < g.side; c++)
          for (let channel = 0; channel < g.channels; channel++) {
            const y = i * g.pool + r - before;
            const x = j * g.pool + c - before;
            const inside = y >= 0 && y < imageHeight && x >= 0 && x < imageWidth;
            places[at++] = inside ? (y * imageWidth + x) * g.channels + channel : -1;
          }
  return places;
}

function gatherPatches({ pixels, count }: PixelBatch, places: Int32Array): Float32Array {
  const perImage = pixels.length / count;
  const patches = new Float32Array(count * places.length);
  let to = 0;
  for (let base = 0; base < count * perImage; base += perImage) {
    for (let i = 0; i < places.length; i++, to++) {
      const place = places[i]!;
      if (place >= 0) patches[to] = pixels[base + place]!;
    }
  }
  return patches;
}

/** Row and column of the kernel inside the S×S frame, for each value under a pool, row by row. */
function phasesOf(pool: number): [number, number][] {
  return Array.from({ length: pool * pool }, (_, i) => [Math.floor(i / pool), i % pool]);
}

/** The maximum of several matrices, and the way of a gradient back to the first that attains it, as MaxPool does. */
interface Maximum {
  readonly value: Tensor;
  backward(gradient: Tensor): Tensor[];
}

function maximumOf(k: Kernels, values: readonly Tensor[]): Maximum {
  const attributes = [k.float('T')];
  if (values.length === 1) return { value: values[0]!, backward: (gradient) => [gradient] };
  const half = values.length >> 1;
  const left = maximumOf(k, values.slice(0, half));
  const right = maximumOf(k, values.slice(half));
  const value = k.run('Maximum', attributes, left.value, right.value);
  const backward = (gradient: Tensor): Tensor[] => {
    // ReluGrad passes the gradient where its second argument is above 0: to the right where right > left. It takes
    // a third of the time of a comparison and two selections.
    const toRight = k.run(
      'ReluGrad',
      attributes,
      gradient,
      k.run('Sub', attributes, right.value, left.value),
    );
    const toLeft = k.run('Sub', attributes, gradient, toRight);
    return [...left.backward(toLeft), ...right.backward(toRight)];
  };
  return { value, backward };
}

function productAttributes(k: Kernels, transposeFirst: boolean): Attribute[] {
  return [k.float('T'), k.flag('transpose_a', transposeFirst), k.flag('transpose_b', false)];
}

/** Patches times all shifted kernels in one product, split into a matrix for each value under a pool. */
function phaseProducts(tf: Tf, k: Kernels, g: Geometry) {
  const [plain, transposed] = [productAttributes(k, false), productAttributes(k, true)];
  const phases = phasesOf(g.pool);
  const rows = g.side * g.side * g.channels;
  const shifted = (kernel: Tensor, [r, c]: [number, number]): Tensor => {
    const last = g.pool - 1;
    const frame = tf.pad(kernel, [
      [r, last - r],
      [c, last - c],
      [0, 0],
      [0, 0],
    ]);
    return tf.reshape(frame, [rows, g.filters]);
  };
  const unshifted = (gradient: Tensor, [r, c]: [number, number]): Tensor => {
    const frame = tf.reshape(gradient, [g.side, g.side, g.channels, g.filters]);
    return tf.slice(frame, [r, c, 0, 0], [g.kernel, g.kernel, g.channels, g.filters]);
  };
  return {
    apply: (patches: Tensor, kernel: Tensor): Tensor[] => {
      const kernels = tf.concat(
        phases.map((phase) => shifted(kernel, phase)),
        1,
      );
      return tf.split(k.run('MatMul', plain, patches, kernels), phases.length, 1);
    },
    kernelGradient: (patches: Tensor, gradients: Tensor[]): Tensor => {
      const product = k.run('MatMul', transposed, patches, tf.concat(gradients, 1));
      return tf.addN(tf.split(product, phases.length, 1).map((part, i) => unshifted(part, phases[i]!)));
    },
  };
}

/** The block of a link for which {@link fitsPatches} holds; its input gradient is never needed. */
export function patchBlock(tf: Tf, k: Kernels, link: ConvLink): PatchBlock {
  const g = geometryOf(link);
  const places = patchIndices(link, g);
  const products = phaseProducts(tf, k, g);
  const activation = activationOf(k, link.block.activation);
  const biasAttributes = [k.float('T'), k.text('data_format', 'NHWC')];
  const input = (batch: PixelBatch): Tensor => {
    const rows = batch.count * g.height * g.width;
    return tf.tensor(gatherPatches(batch, places), [rows, g.side * g.side * g.channels]);
  };
  const run: PatchBlock['run'] = (patches, kernel, bias) => {
    const maximum = maximumOf(k, products.apply(patches, kernel));
    const biased = k.run('BiasAdd', biasAttributes, maximum.value, bias);
    const y = activation.apply(biased);
    const backward: BlockRun['backward'] = (gradient) => {
      const flat = activation.gradient(tf.reshape(gradient, y.shape), biased, y);
      return {
        bias: k.run('BiasAddGrad', biasAttributes, flat),
        kernel: products.kernelGradient(patches, maximum.backward(flat)),
        input: undefined,
      };
    };
    return { output: tf.reshape(y, [-1, g.height, g.width, g.filters]), backward };
  };
  return { input, run };
}
