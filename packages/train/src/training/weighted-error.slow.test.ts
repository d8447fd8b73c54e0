import { meanSquaredError } from '@convae/runtime/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { toFloats } from '../dataset/batches.js';
import { createRandom } from '../dataset/random.js';
import { loadBackend, type Tf } from '../setup/backend.js';
import { plainOps } from './ops/plain.js';
import { tensorflowOps } from './ops/tensorflow.js';
import { meanWeightedError, weightedError } from './weighted-error.js';

const SIZE = { count: 3, height: 5, width: 4 };

describe('the weighted error', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await loadBackend('tensorflow');
  });

  function pairOf(channels: number) {
    const random = createRandom(7);
    const batch = () => {
      const data = Uint8Array.from({ length: 60 * channels }, () => 256 * random.uniform());
      return { ...SIZE, channels, data };
    };
    const [original, output] = [batch(), batch()];
    const tensor = (images: typeof original): Tensor =>
      tf.tensor(toFloats(images), [SIZE.count, SIZE.height, SIZE.width, channels]);
    return { original, output, target: tensor(original), y: tensor(output) };
  }

  it.each([1, 3, 4])('of %i channels sums to what is measured of images', (channels) => {
    const { original, output, target, y } = pairOf(channels);
    const sum = tf.sum(weightedError(tf, y, target).squares).dataSync()[0]!;
    expect(sum / y.size).toBeCloseTo(meanSquaredError(original, output), 6);
  });

  it.each([1, 3, 4])('of %i channels has half the gradient of its sum', (channels) => {
    const { target, y } = pairOf(channels);
    const sum = (x: Tensor): Tensor => tf.sum(weightedError(tf, x, target).squares);
    const expected = tf.grad(sum)(y).dataSync();
    const { slope } = weightedError(tf, y, target);
    for (const [i, value] of slope.dataSync().entries()) expect(2 * value).toBeCloseTo(expected[i]!, 5);
  });

  it.each(['plain', 'tensorflow'])(
    'gives a step half the sum and the gradient of the mean, %s',
    (kernels) => {
      const ops = kernels === 'plain' ? plainOps(tf) : tensorflowOps(tf);
      for (const channels of [3, 4]) {
        const { target, y } = pairOf(channels);
        const { squares, slope } = weightedError(tf, y, target);
        const { halfSum, gradient } = meanWeightedError({ tf, ops }, y, target);
        expect(halfSum.dataSync()[0]).toBeCloseTo(tf.sum(squares).dataSync()[0]! / 2, 4);
        const slopes = slope.dataSync();
        for (const [i, value] of gradient.dataSync().entries())
          expect(value).toBeCloseTo((2 * slopes[i]!) / y.size, 6);
      }
    },
  );

  it('is nothing for the colours of transparent pixels, and whole for their alpha', () => {
    const target = tf.tensor([0.3, 0.3, 0.3, 0], [1, 1, 1, 4]);
    const { squares, slope } = weightedError(tf, tf.tensor([1, 0.9, 0.5, 0.5], [1, 1, 1, 4]), target);
    expect([...squares.dataSync()]).toEqual([0, 0, 0, 0.25]);
    expect([...slope.dataSync()]).toEqual([0, 0, 0, 0.5]);
  });
});
