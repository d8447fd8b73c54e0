import { expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { commonValues } from './common-values.js';

const random = createRandom(4);
const ROWS = 1000;

/** Values of a channel: a share of them is a background, the rest is spread over ±5. */
const channel = (background: number, share: number): number[] =>
  Array.from({ length: ROWS }, (_, i) => (i < share * ROWS ? background : 10 * random.uniform() - 5));

function rowsOf(...channels: number[][]): Float32Array {
  return Float32Array.from({ length: ROWS * channels.length }, (_, i) => {
    return channels[i % channels.length]![Math.floor(i / channels.length)]!;
  });
}

it('finds the background of each channel, whatever its step', () => {
  const rows = rowsOf(channel(-1.95, 0.6), channel(3.25, 0.4), channel(-0.5, 0.9));
  expect([...commonValues(rows, Float32Array.of(1, 1.3, 0.5), new Float32Array(3))]).toEqual([
    Math.fround(-1.95),
    3.25,
    -0.5,
  ]);
});

it('takes the median of a background with noise', () => {
  const noisy = channel(2, 0.6).map((value) => value + 0.02 * (random.uniform() - 0.5));
  expect(commonValues(rowsOf(noisy), Float32Array.of(1), Float32Array.of(1.9))[0]).toBeCloseTo(2, 2);
});

it('stays where nothing is common, where too few values are, and about 0', () => {
  const rows = rowsOf(channel(2, 0), channel(2, 0.1), channel(0.2, 0.8), channel(0.2, 0.8));
  const found = commonValues(rows, Float32Array.of(1, 1, 1, 1), Float32Array.of(0, -1.5, 0, 0.5));
  expect([...found]).toEqual([0, -1.5, 0, Math.fround(0.2)]);
});
