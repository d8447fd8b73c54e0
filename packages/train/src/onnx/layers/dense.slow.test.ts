import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../convert.js';
import { chain, checkParity, operators, tf } from '../fixtures.test.support.js';

const L = tf.layers;

describe('dense layers', () => {
  it('Dense equals tfjs on inputs of two to four dimensions', async () => {
    const options = fc.record({
      seed: fc.nat(1000),
      shape: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
      units: fc.integer({ min: 1, max: 7 }),
      useBias: fc.boolean(),
      activation: fc.constantFrom('linear' as const, 'relu' as const, 'softmax' as const),
    });
    const property = fc.asyncProperty(options, async ({ seed, shape, ...rest }) => {
      await checkParity(chain(shape, L.dense(rest)), { seed });
    });
    await fc.assert(property, { seed: 1, numRuns: 30 });
  });

  it('Dense on images is a convolution, at any size', async () => {
    const layer = L.dense({ units: 4, activation: 'tanh' });
    const sizes = [{ height: 3, width: 4 }];
    const { converted } = await checkParity(chain([null, null, 3], layer), { sizes });
    expect(operators(converted)).toEqual(['Conv', 'Tanh']);
  });

  it('Embedding equals tfjs for float32 and int32 inputs', async () => {
    const embed = () => L.embedding({ inputDim: 4, outputDim: 3 });
    await checkParity(chain([5], L.reLU({ maxValue: 3 }), embed()));
    const input = tf.input({ shape: [5], dtype: 'int32' });
    const model = tf.model({ inputs: input, outputs: embed().apply(input) as never });
    const { converted } = await checkParity(model);
    expect(converted.inputs[0]?.type).toBe('int32');
  });

  it('refuses maskZero', () => {
    const layer = L.embedding({ name: 'words', inputDim: 4, outputDim: 3, maskZero: true });
    expect(() => convertModel(chain([5], layer))).toThrow(/"words" \(Embedding\): maskZero/);
  });

  it.each([
    [1 / 255, 0],
    [2, -1],
  ])('Rescaling by %s and %s equals tfjs', async (scale, offset) => {
    await checkParity(chain([4, 5, 3], L.rescaling({ scale, offset })));
  });
});
