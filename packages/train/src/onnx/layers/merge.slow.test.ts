import { describe, expect, it } from 'vitest';
import { checkParity, operators, type Symbolic, tf } from '../fixtures.test.support.js';

const L = tf.layers;
type Merge = { apply(inputs: Symbolic[]): unknown };

/** A model whose inputs go straight into a layer that combines them. */
function merged(layer: Merge, ...shapes: (number | null)[][]) {
  const inputs = shapes.map((shape) => tf.input({ shape }));
  return tf.model({ inputs, outputs: layer.apply(inputs) as Symbolic });
}

const ELEMENTWISE = ['add', 'multiply', 'average', 'maximum', 'minimum'] as const;
const make = (kind: (typeof ELEMENTWISE)[number]) => L[kind]() as unknown as Merge;

describe('layers that combine tensors', () => {
  it.each(ELEMENTWISE)('%s equals tfjs on two and three inputs', async (kind) => {
    await checkParity(merged(make(kind), [4, 5, 3], [4, 5, 3]));
    await checkParity(merged(make(kind), [4, 5, 3], [4, 5, 3], [4, 5, 3]));
    await checkParity(merged(make(kind), [6], [6]));
  });

  it.each(ELEMENTWISE)('%s equals tfjs where sizes of 1 are stretched', async (kind) => {
    await checkParity(merged(make(kind), [4, 5, 3], [1, 1, 3]));
    await checkParity(merged(make(kind), [4, 1, 3], [1, 5, 1]));
  });

  it.each(ELEMENTWISE)('%s equals tfjs on inputs of different ranks', async (kind) => {
    await checkParity(merged(make(kind), [4, 5, 3], [3]));
    await checkParity(merged(make(kind), [3], [5, 3], [4, 5, 3]));
  });

  it.each([-1, 1, 2, 3])('Concatenate of images along %s equals tfjs', async (axis) => {
    const other = [4, 5, 3];
    other[(axis === -1 ? 3 : axis) - 1] = 2;
    await checkParity(merged(L.concatenate({ axis }) as unknown as Merge, [4, 5, 3], other, [4, 5, 3]));
  });

  it('Concatenate of vectors and sequences equals tfjs', async () => {
    await checkParity(merged(L.concatenate() as unknown as Merge, [4], [3]));
    await checkParity(merged(L.concatenate({ axis: 1 }) as unknown as Merge, [4, 6], [3, 6]));
  });

  it('combines tensors that the graph keeps in different orders', async () => {
    const image = tf.input({ shape: [4, 5, 3] });
    const vector = tf.input({ shape: [60] });
    const reshaped = L.reshape({ targetShape: [4, 5, 3] }).apply(vector) as Symbolic;
    const conv = L.conv2d({ filters: 3, kernelSize: 1 }).apply(image) as Symbolic;
    const sum = L.add().apply([reshaped, conv]) as Symbolic;
    const joined = L.concatenate().apply([sum, reshaped]) as Symbolic;
    const { converted } = await checkParity(tf.model({ inputs: [image, vector], outputs: joined }));
    expect(operators(converted).filter((op) => op === 'Transpose')).toHaveLength(2);
  });
});
