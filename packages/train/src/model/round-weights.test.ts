import { describe, expect, it } from 'vitest';
import { createRandom } from '../dataset/random.js';
import { initialParameters } from './initialise.js';
import { isLinear, type ParameterShape, parameterShapes } from './parameters.js';
import { PRESET_NAMES, presetSpec } from './presets.js';
import { roundedParameters } from './round-weights.js';
import type { ArchitectureSpec } from './spec.js';

/** The values of each output channel of a kernel: last axis, but last but one of transposed convolutions. */
function byChannel(
  spec: ArchitectureSpec,
  { name, shape }: ParameterShape,
  values: Float32Array,
): number[][] {
  const [part, index] = name.split('/') as ['encoder' | 'decoder', string];
  const transposed = isLinear({ name })
    ? part === 'decoder'
    : spec[part][Number(index)]!.kind === 'transpose';
  const stride = transposed ? shape.at(-1)! : 1;
  const channels = Array.from({ length: shape.at(transposed ? -2 : -1)! }, (): number[] => []);
  for (const [i, value] of values.entries()) channels[Math.floor(i / stride) % channels.length]!.push(value);
  return channels;
}

/** A preset's weights, with scales that differ between channels, and one channel of zeros. */
function weights(name: string, channels: 1 | 3): { spec: ArchitectureSpec; values: Float32Array[] } {
  const spec = presetSpec(name, { channels, height: 16, width: 16 });
  const random = createRandom(4);
  const values = initialParameters(spec, { seed: 2, meanPixel: 0.2 }).map((tensor) =>
    tensor.map((value, i) => (i % 7 === 0 ? 0 : value * 10 ** (2 * random.uniform() - 1))),
  );
  values[0]!.fill(0);
  // Linear transforms begin with what the images say.
  for (const [i, shape] of parameterShapes(spec).entries())
    if (isLinear(shape) && shape.role === 'kernel')
      for (const j of values[i]!.keys()) values[i]![j] = random.uniform() - 0.5;
  return { spec, values };
}

describe.each(PRESET_NAMES)('the rounded weights of %s', (name) => {
  const { spec, values } = weights(name, 3);
  const shapes = parameterShapes(spec);
  const rounded = roundedParameters(spec, values);
  const kernels = shapes.flatMap((shape, i) =>
    shape.role === 'kernel' && !isLinear(shape) ? [{ shape, i }] : [],
  );

  /** Values of a kernel that are no integers times the scale of their output channel. */
  const offGrid = (shape: ParameterShape, tensor: Float32Array): number[] =>
    byChannel(spec, shape, tensor).flatMap((channel) => {
      const scale = Math.max(...channel.map(Math.abs)) / 127;
      return channel.filter((value) => Math.fround(Math.round(value / (scale || 1)) * scale) !== value);
    });

  it('are integers of −127 to 127 times one scale for each output channel, exactly in float32', () => {
    for (const { shape, i } of kernels) expect(offGrid(shape, rounded[i]!)).toEqual([]);
  });

  it('are that in linear transforms too where this is asked for, and the same elsewhere', () => {
    const all = roundedParameters(spec, values, 'int8-linear');
    for (const [i, shape] of shapes.entries()) {
      if (!isLinear(shape) || shape.role === 'bias') expect(all[i]).toEqual(rounded[i]);
      else {
        expect(offGrid(shape, all[i]!)).toEqual([]);
        expect(offGrid(shape, values[i]!)).not.toEqual([]);
      }
    }
  });

  it('are the weights themselves as float32', () => {
    expect(roundedParameters(spec, values, 'float32')).toEqual(values);
  });

  it('are within half a step of the weights', () => {
    for (const { shape, i } of kernels) {
      const [before, after] = [values[i]!, rounded[i]!].map((tensor) => byChannel(spec, shape, tensor));
      for (const [c, channel] of before!.entries()) {
        const step = Math.max(...channel.map(Math.abs)) / 127;
        const worst = Math.max(...channel.map((value, j) => Math.abs(value - after![c]![j]!)));
        expect(worst).toBeLessThanOrEqual(0.5001 * step);
      }
    }
  });

  it('stay as they are when rounded again, and so do biases, linear transforms and what follows the network', () => {
    const priors = [Float32Array.of(0.123, -4.567)];
    const again = roundedParameters(spec, [...rounded, ...priors]);
    expect(again).toEqual([...rounded, ...priors]);
    for (const [i, shape] of shapes.entries()) {
      if (shape.role === 'bias' || isLinear(shape)) expect(rounded[i]).toEqual(values[i]);
    }
  });
});
