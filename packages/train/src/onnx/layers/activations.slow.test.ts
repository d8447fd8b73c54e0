import { describe, expect, it } from 'vitest';
import { convertModel } from '../convert.js';
import { chain, checkParity, tf } from '../fixtures.test.support.js';
import { SUPPORTED_ACTIVATIONS } from './activations.js';

const L = tf.layers;
type ActivationName = NonNullable<Parameters<typeof L.activation>[0]['activation']>;
const named = (name: string) => name as ActivationName;

describe('activations', () => {
  it.each(SUPPORTED_ACTIVATIONS)('%s equals tfjs on images and on vectors', async (name) => {
    // A wide range, so that limits and slopes are met.
    const spread = () => L.rescaling({ scale: 12, offset: 0.5 } as never);
    await checkParity(chain([4, 5, 3], spread() as never, L.activation({ activation: named(name) })));
    await checkParity(chain([6], spread() as never, L.activation({ activation: named(name) })));
    await checkParity(chain([6], L.dense({ units: 5, activation: named(name) })));
    await checkParity(chain([4, 5, 3], L.conv2d({ filters: 3, kernelSize: 2, activation: named(name) })));
  });

  it('covers every activation that tfjs has', () => {
    const registered = [
      'elu',
      'gelu',
      'gelu_new',
      'hardSigmoid',
      'linear',
      'logSoftmax',
      'mish',
      'relu',
      'relu6',
    ];
    registered.push('selu', 'sigmoid', 'softmax', 'softplus', 'softsign', 'swish', 'tanh');
    for (const name of registered) expect(() => L.activation({ activation: named(name) })).not.toThrow();
    expect([...SUPPORTED_ACTIVATIONS].sort()).toEqual(registered.sort());
  });

  it('refuses an activation that it does not know, naming the layer and what is supported', () => {
    class Cube extends (tf.serialization.Serializable as unknown as new () => { getClassName(): string }) {
      static readonly className = 'cube';
      getConfig() {
        return {};
      }
    }
    tf.serialization.registerClass(Cube as never);
    const layer = L.dense({ name: 'odd', units: 1 });
    (layer as unknown as { activation: unknown }).activation = new Cube();
    expect(() => convertModel(chain([2], layer))).toThrow(/"odd" \(Dense\).*"cube".*relu.*softplus/);
  });
});

describe('activation layers', () => {
  const spread = () => L.rescaling({ scale: 5, offset: 0 } as never) as never;

  it.each([undefined, 0.5, 6])('ReLU with maxValue %s equals tfjs', async (maxValue) => {
    await checkParity(chain([4, 5, 3], spread(), L.reLU(maxValue === undefined ? {} : { maxValue })));
  });

  it.each([undefined, 0, 0.2, 1.5])('LeakyReLU with alpha %s equals tfjs', async (alpha) => {
    await checkParity(chain([4, 5, 3], spread(), L.leakyReLU(alpha === undefined ? {} : { alpha })));
  });

  it.each([undefined, 0, 0.7])('ThresholdedReLU with theta %s equals tfjs', async (theta) => {
    await checkParity(chain([4, 5, 3], spread(), L.thresholdedReLU(theta === undefined ? {} : { theta })));
  });

  it('ELU and Softmax equal tfjs', async () => {
    await checkParity(chain([4, 5, 3], spread(), L.elu({})));
    await checkParity(chain([4, 5, 3], spread(), L.softmax({ axis: 3 })));
    await checkParity(chain([4, 5, 3], spread(), L.softmax({ axis: -1 })));
    await checkParity(chain([7], spread(), L.softmax()));
  });

  it('Softmax over several axes equals tfjs', async () => {
    await checkParity(chain([4, 5, 3], spread(), L.softmax({ axis: [1, 2] })));
  });

  it('refuses softmax along an axis on which tfjs cannot compute it', () => {
    expect(() => convertModel(chain([4, 5, 3], L.softmax({ axis: 1 })))).toThrow(
      /Softmax\).*along axis 1 of 4/,
    );
  });

  it.each([undefined, [1, 2], [3], [1, 2, 3]])(
    'PReLU with shared axes %s equals tfjs',
    async (sharedAxes) => {
      await checkParity(chain([4, 5, 3], L.prelu(sharedAxes === undefined ? {} : { sharedAxes })));
    },
  );

  it('PReLU takes open sizes only with one slope per channel', async () => {
    const shared = chain([4, 5, 3], L.prelu({ sharedAxes: [1, 2] }));
    await checkParity(shared, { convert: { dynamicSize: true }, sizes: [{ height: 7, width: 3 }] });
    const own = chain([4, 5, 3], L.prelu({}));
    expect(() => convertModel(own, { dynamicSize: true })).toThrow(/PReLU\).*share its axes 1 and 2/);
  });
});
