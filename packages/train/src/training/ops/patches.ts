import type { Tensor } from '@tensorflow/tfjs-core';
import type { ChainLink } from '../../model/shapes.js';
import type { Tf } from '../../setup/backend.js';
import { activationOf } from './activations.js';
import type { BlockRun, PixelBatch } from './block-ops.js';
import type { Attribute, Kernels } from './kernels.js';

/** Most image channels for which products of patches were measured faster than convolutions. */
const MAX_PATCH_CHANNELS = 3;

/**
 * The first block as a product of image patches.
 *
 * TensorFlow's convolution of one channel and its max-pooling gradient take half of a step of the reference
 * network. Here the K×K patches around all pixels are the rows of one matrix, sorted by the pixel's place under its
 * P×P pool: first all upper left pixels, and so on. Patches times kernel is the convolution, and its P² equal parts
 * are P² matrices whose maximum is the pool; cut along the first axis, they need no copy.
 */
export interface PatchBlock {
  /** Patches of a batch: (P²·N·h·w) × (K·K·C), zeros outside the image. */
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

/** For each value of the patches of one image at one place under the pool: its place in the image, or −1 outside. */
function patchPlaces(link: ConvLink, place: readonly [number, number]): Int32Array {
  const { kernel, pool } = link.block;
  const { height: imageHeight, width: imageWidth, channels } = link.input;
  const { height, width } = link.output;
  // "same" padding of an unstepped convolution puts the odd pixel after the image.
  const before = Math.floor((kernel - 1) / 2);
  const places = new Int32Array(height * width * kernel * kernel * channels);
  let at = 0;
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let r = 0; r < kernel; r++)
        for (let c = 0; c < kernel; c++)
          for (let channel = 0; channel < channels; channel++) {
            const y = i * pool + place[0] + r - before;
            const x = j * pool + place[1] + c - before;
            const inside = y >= 0 && y < imageHeight && x >= 0 && x < imageWidth;
            places[at++] = inside ? (y * imageWidth + x) * channels + channel : -1;
          }
  return places;
}

/** Gather the patches of a batch, place by place under the pool, image by image. */
function gatherPatches({ pixels, count }: PixelBatch, placesUnderPool: readonly Int32Array[]): Float32Array {
  const perImage = pixels.length / count;
  const patches = new Float32Array(count * placesUnderPool.reduce((n, places) => n + places.length, 0));
  let to = 0;
  for (const places of placesUnderPool) {
    for (let base = 0; base < count * perImage; base += perImage) {
      for (let i = 0; i < places.length; i++, to++) {
        const place = places[i]!;
        if (place >= 0) patches[to] = pixels[base + place]!;
      }
    }
  }
  return patches;
}

/** Row and column of each pixel under a pool, row by row. */
function placesOf(pool: number): [number, number][] {
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

/** The block of a link for which {@link fitsPatches} holds; its input gradient is never needed. */
export function patchBlock(tf: Tf, k: Kernels, link: ConvLink): PatchBlock {
  const { kernel: side, pool, filters, activation: name } = link.block;
  const { height, width } = link.output;
  const values = side * side * link.input.channels;
  const placesUnderPool = placesOf(pool).map((place) => patchPlaces(link, place));
  const activation = activationOf(k, name);
  const [plain, transposed] = [productAttributes(k, false), productAttributes(k, true)];
  const biasAttributes = [k.float('T'), k.text('data_format', 'NHWC')];
  const input = (batch: PixelBatch): Tensor =>
    tf.tensor(gatherPatches(batch, placesUnderPool), [pool * pool * batch.count * height * width, values]);
  const run: PatchBlock['run'] = (patches, kernel, bias) => {
    const product = k.run('MatMul', plain, patches, tf.reshape(kernel, [values, filters]));
    const maximum = maximumOf(k, tf.split(product, pool * pool, 0));
    const biased = k.run('BiasAdd', biasAttributes, maximum.value, bias);
    const y = activation.apply(biased);
    const backward: BlockRun['backward'] = (gradient) => {
      const flat = activation.gradient(tf.reshape(gradient, y.shape), biased, y);
      const atProduct = tf.concat(maximum.backward(flat), 0);
      return {
        bias: k.run('BiasAddGrad', biasAttributes, flat),
        kernel: tf.reshape(k.run('MatMul', transposed, patches, atProduct), kernel.shape),
        input: undefined,
      };
    };
    return { output: tf.reshape(y, [-1, height, width, filters]), backward };
  };
  return { input, run };
}
