import { describe, expect, it } from 'vitest';
import { convertModel } from '../convert.js';
import { chain, checkParity, operators, tf } from '../fixtures.test.support.js';

const L = tf.layers;
const image = [4, 5, 3];

describe('layers that move elements', () => {
  it.each([[[5, 3]], [[4, 5, 3]], [[2, 4, 5, 3]]])('Flatten keeps the order of tfjs on %s', async (shape) => {
    await checkParity(chain(shape, L.flatten()));
    await checkParity(chain(shape, L.flatten({ dataFormat: 'channelsFirst' })));
  });

  it('Flatten then Dense equals tfjs', async () => {
    const conv = L.conv2d({ filters: 4, kernelSize: 2 });
    await checkParity(chain(image, conv, L.flatten(), L.dense({ units: 5 })));
  });

  it.each([[[60]], [[12, 5]], [[5, 4, 3]], [[-1, 6]], [[2, -1, 10]], [[2, 3, 2, 5]]])(
    'Reshape of an image to %s equals tfjs',
    async (targetShape) => {
      await checkParity(chain(image, L.reshape({ targetShape: [...targetShape] })));
    },
  );

  it('Reshape of a vector to an image feeds a convolution', async () => {
    const conv = L.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 2 });
    await checkParity(chain([12], L.dense({ units: 60 }), L.reshape({ targetShape: image }), conv));
  });

  it('Reshape leaves one open size open', async () => {
    const sizes = [{ height: 3, width: 4 }];
    const model = chain([null, null, 3], L.reshape({ targetShape: [-1, 3] }), L.dense({ units: 2 }));
    await checkParity(model, { sizes });
  });

  it.each([[[1, 2, 3]], [[2, 1, 3]], [[3, 1, 2]], [[3, 2, 1]]])(
    'Permute of an image by %s equals tfjs',
    async (dims) => {
      await checkParity(chain(image, L.permute({ dims })));
      await checkParity(chain(image, L.permute({ dims }), L.conv2d({ filters: 2, kernelSize: 2 })));
    },
  );

  it('Permute of a sequence and RepeatVector equal tfjs', async () => {
    await checkParity(chain([4, 6], L.permute({ dims: [2, 1] })));
    await checkParity(chain([4], L.repeatVector({ n: 3 })));
  });

  it.each([
    1,
    [1, 2],
    [
      [1, 2],
      [0, 3],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ])('ZeroPadding2D by %s equals tfjs', async (padding) => {
    await checkParity(chain(image, L.zeroPadding2d({ padding: padding as never })));
    await checkParity(
      chain(image, L.zeroPadding2d({ padding: padding as never, dataFormat: 'channelsFirst' })),
    );
  });

  it.each([
    1,
    [1, 2],
    [
      [1, 2],
      [0, 3],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ])('Cropping2D by %s equals tfjs', async (cropping) => {
    await checkParity(chain([6, 7, 3], L.cropping2D({ cropping: cropping as never })));
    const first = L.cropping2D({ cropping: cropping as never, dataFormat: 'channelsFirst' });
    await checkParity(chain([3, 6, 7], first));
  });

  it('padding and cropping work at open sizes and state them', async () => {
    const layers = [L.zeroPadding2d({ padding: 3 }), L.cropping2D({ cropping: [1, 3] })];
    const sizes = [{ height: 4, width: 5 }];
    const { converted } = await checkParity(chain([null, null, 2], ...layers), { sizes });
    expect(converted.outputs[0]?.shape).toEqual(['batch', 2, '(height+4)', 'width']);
  });

  it('refuses to crop everything away', () => {
    const model = chain([2, 2, 1], L.cropping2D({ name: 'crop', cropping: 1 }));
    expect(() => convertModel(model)).toThrow(/"crop" \(Cropping2D\): crops away all/);
  });

  it('drops the layers that only training uses', async () => {
    const layers = [
      L.dropout({ rate: 0.5 }),
      L.gaussianNoise({ stddev: 1 }),
      L.gaussianDropout({ rate: 0.5 }),
      L.alphaDropout({ rate: 0.5 }),
    ];
    const { converted } = await checkParity(chain(image, L.reLU(), ...layers));
    expect(operators(converted)).toEqual(['Relu']);
    const sequence = await checkParity(chain([4, 3], L.reLU(), L.spatialDropout1d({ rate: 0.5 })));
    expect(operators(sequence.converted)).toEqual(['Relu']);
  });

  it('TimeDistributed equals tfjs', async () => {
    await checkParity(chain([4, 6], L.timeDistributed({ layer: L.dense({ units: 3, activation: 'relu' }) })));
    const conv = L.conv2d({ filters: 2, kernelSize: 2, activation: 'relu' });
    await checkParity(
      chain([3, 5, 4, 2], L.timeDistributed({ layer: conv }), L.timeDistributed({ layer: L.flatten() })),
    );
  });

  it('refuses to flatten an open size, naming the layer', () => {
    const model = chain(image, L.conv2d({ filters: 1, kernelSize: 2 }), L.flatten({ name: 'flat' }));
    expect(() => convertModel(model, { dynamicSize: true })).toThrow(
      /"flat" \(Flatten\): needs an input of fixed size/,
    );
  });
});
