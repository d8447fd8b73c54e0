import { ConvaeError } from '@convae/runtime/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend, type Tf } from '../setup/backend.js';
import { buildLayersNetwork } from './build.js';
import { describeLayers } from './describe.js';
import { initialParameters } from './initialise.js';
import { elements, parameterShapes } from './parameters.js';
import { parseSpec } from './parse.js';
import { PRESET_NAMES, presetSpec } from './presets.js';
import { nearestValidSizes, traceShapes } from './shapes.js';

const MNIST = { channels: 1, height: 28, width: 28 } as const;

describe('preset reference', () => {
  const spec = presetSpec('reference', MNIST);

  it('is the reference network: 28×28 → 4×7×7 → 28×28 with 740 + 337 parameters', () => {
    const rows = describeLayers(spec);
    const sum = (part: string): number =>
      rows.filter((r) => r.part === part).reduce((n, r) => n + r.parameters, 0);
    expect(sum('encoder')).toBe(740);
    expect(sum('decoder')).toBe(337);
    expect(rows.map((r) => r.outputShape)).toEqual([
      [16, 14, 14],
      [4, 7, 7],
      [16, 14, 14],
      [1, 28, 28],
    ]);
  });

  it('takes any size that is a multiple of 4', () => {
    const { anySize, multiple } = traceShapes(spec);
    expect({ anySize, multiple }).toEqual({ anySize: true, multiple: 4 });
  });

  it('survives JSON', () => {
    expect(parseSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
});

describe('sizes', () => {
  it.each([
    [30, [28, 32]],
    [3, [4]],
    [29, [28, 32]],
  ])('%i is refused with the nearest valid ones', (height, valid) => {
    expect(nearestValidSizes(height, 4)).toEqual(valid);
    const attempt = (): unknown => presetSpec('reference', { ...MNIST, height });
    expect(attempt).toThrow(ConvaeError);
    expect(attempt).toThrow(
      `multiple of 4 for this network, received ${height}; nearest valid: ${valid.join(' or ')}`,
    );
  });
});

describe('an architecture', () => {
  const conv = { kind: 'conv', filters: 4, kernel: 3, activation: 'relu', pool: 2 } as const;
  const up = { kind: 'nearest', filters: 1, kernel: 3, activation: 'sigmoid' } as const;
  const dense = { kind: 'dense', units: 8, activation: 'linear' } as const;
  const expand = { kind: 'expand', height: 14, width: 14, filters: 4, activation: 'relu' } as const;
  const base = { name: 'x', image: MNIST };

  it('may have a dense bottleneck', () => {
    const { latent, anySize } = traceShapes(
      parseSpec({ ...base, encoder: [conv, dense], decoder: [expand, up] }),
    );
    expect(latent).toEqual({ height: 1, width: 1, channels: 8, flat: true });
    expect(anySize).toBe(false);
  });

  it.each([
    ['an unknown block', { ...base, encoder: [{ ...conv, kind: 'magic' }], decoder: [up] }, /encoder\[0\]/],
    [
      'an unknown activation',
      { ...base, encoder: [{ ...conv, activation: 'swoosh' }], decoder: [up] },
      /activation/,
    ],
    ['zero filters', { ...base, encoder: [{ ...conv, filters: 0 }], decoder: [up] }, /filters/],
    ['a misspelt field', { ...base, encoder: [{ ...conv, fliters: 3 }], decoder: [up] }, /fliters/],
    ['no blocks', { ...base, encoder: [], decoder: [up] }, /encoder/],
    [
      'a decoder of the wrong size',
      { ...base, encoder: [conv, conv], decoder: [up] },
      /ends in 1×28×28.*1×14×14/,
    ],
    [
      'a decoder with too many channels',
      { ...base, encoder: [conv], decoder: [{ ...up, filters: 3 }] },
      /3×28×28/,
    ],
    ['a convolution on a vector', { ...base, encoder: [conv, dense], decoder: [up] }, /"dense" or "expand"/],
    [
      'a convolution after dense',
      { ...base, encoder: [conv, dense, conv], decoder: [expand, up] },
      /after a "dense"/,
    ],
    ['nothing', null, /architecture/],
  ])('with %s is refused', (_name, spec, message) => {
    expect(() => parseSpec(spec)).toThrow(ConvaeError);
    expect(() => parseSpec(spec)).toThrow(message);
  });

  it('may have a linear transform of patches that are the grid of its latents', () => {
    const spec = presetSpec('patch-4', MNIST);
    expect(describeLayers(spec).filter(({ name }) => name.endsWith('linear'))).toMatchObject([
      { part: 'encoder', outputShape: [10, 7, 7], parameters: 4 * 4 * 10 + 10 },
      { part: 'decoder', outputShape: [1, 28, 28], parameters: 4 * 4 * 10 + 1 },
    ]);
    expect(() => parseSpec({ ...spec, linear: { patch: 8 } })).toThrow(
      /patches of 4×4 .* received patches of 8×8/,
    );
    const dense = presetSpec('dense-64', MNIST);
    expect(() => parseSpec({ ...dense, linear: { patch: 4 } })).toThrow(
      /no linear transform where the latent is a vector/,
    );
  });

  it('is not a preset by an inherited name', () => {
    expect(() => presetSpec('toString', MNIST)).toThrow(RangeError);
  });
});

describe('initial weights', () => {
  it.each(['fanInUniform', 'heUniform', 'heNormal', 'glorotUniform', 'orthogonal'] as const)(
    '%s have the announced spread',
    (kernel) => {
      const spec = parseSpec({
        name: 'wide',
        image: MNIST,
        encoder: [
          { kind: 'conv', filters: 64, kernel: 3, activation: 'relu', pool: 2 },
          { kind: 'conv', filters: 64, kernel: 3, activation: 'relu' },
        ],
        decoder: [{ kind: 'nearest', filters: 1, kernel: 3, activation: 'sigmoid' }],
        initialiser: { kernel },
      });
      const second = initialParameters(spec, { seed: 5, meanPixel: 0.1 })[2]!;
      const deviation = Math.sqrt(second.reduce((s, v) => s + v * v, 0) / second.length);
      const fan = 64 * 9;
      const expected = {
        fanInUniform: Math.sqrt(1 / (3 * fan)),
        heUniform: Math.sqrt(2 / fan),
        heNormal: Math.sqrt(2 / fan),
        glorotUniform: Math.sqrt(1 / fan),
        orthogonal: Math.sqrt(2 / fan),
      };
      expect(deviation / expected[kernel]).toBeCloseTo(1, 1);
      expect(second.some((v) => v > 0) && second.some((v) => v < 0)).toBe(true);
    },
  );

  it('are orthogonal where asked', () => {
    const spec = parseSpec({ ...presetSpec('reference', MNIST), initialiser: { kernel: 'orthogonal' } });
    const kernel = initialParameters(spec, { seed: 1, meanPixel: 0.1 })[2]!; // 144 × 4
    const dot = (a: number, b: number): number =>
      Array.from({ length: 144 }, (_, r) => kernel[r * 4 + a]! * kernel[r * 4 + b]!).reduce(
        (x, y) => x + y,
        0,
      );
    expect(dot(0, 1)).toBeCloseTo(0, 5);
    expect(dot(2, 2)).toBeCloseTo(2, 5);
  });

  it('have the signs that a polarity asks for, and no others', () => {
    const spec = parseSpec({ ...presetSpec('reference', MNIST), initialiser: { polarity: 'dark' } });
    const kernels = initialParameters(spec, { seed: 1, meanPixel: 0.1 }).filter((_, i) => i % 2 === 0);
    const signs = kernels.map((k) => [k.some((v) => v > 0), k.some((v) => v < 0)]);
    expect(signs).toEqual([
      [true, true],
      [false, true],
      [true, false],
      [false, true],
    ]);
  });

  it('depend on the seed alone', () => {
    const spec = presetSpec('reference', MNIST);
    expect(initialParameters(spec, { seed: 4, meanPixel: 0.13 })).toEqual(
      initialParameters(spec, { seed: 4, meanPixel: 0.13 }),
    );
    expect(initialParameters(spec, { seed: 4, meanPixel: 0.13 })[0]).not.toEqual(
      initialParameters(spec, { seed: 5, meanPixel: 0.13 })[0],
    );
  });

  it('start the output at the mean pixel where asked', () => {
    const bias = initialParameters(parseSpec({ ...presetSpec('reference', MNIST), initialiser: {} }), {
      seed: 1,
      meanPixel: 0.25,
    }).at(-1)!;
    expect(1 / (1 + Math.exp(-bias[0]!))).toBeCloseTo(0.25, 5);
  });
});

describe('tfjs layers', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await loadBackend('tensorflow');
  });

  it.each(PRESET_NAMES)('of preset %s have the shapes and the weights that were asked for', (name) => {
    const spec = presetSpec(name, { channels: 3, height: 32, width: 32 });
    const values = initialParameters(spec, { seed: 2, meanPixel: 0.4 });
    const network = buildLayersNetwork(tf, spec, values);
    const weights = [...network.encoder.getWeights(), ...network.decoder.getWeights()];
    expect(weights.map((w) => w.shape)).toEqual(parameterShapes(spec).map((p) => p.shape));
    for (const [i, weight] of weights.entries())
      expect(Float32Array.from(weight.dataSync())).toEqual(values[i]);
    expect(network.encoder.countParams() + network.decoder.countParams()).toBe(
      parameterShapes(spec).reduce((n, p) => n + elements(p.shape), 0),
    );
    const before = tf.memory().numTensors;
    network.dispose();
    expect(tf.memory().numTensors).toBeLessThan(before);
  });
});
