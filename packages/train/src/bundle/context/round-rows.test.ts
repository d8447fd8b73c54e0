import { describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { Moments, roundRow } from './round-rows.js';

const MOST = 127;

/** Inputs that vary together: few causes, each seen by all of them. */
function inputsOf(count: number, size: number, seed: number): Float64Array[] {
  const random = createRandom(seed);
  const causes = Array.from({ length: 3 }, () => Array.from({ length: size }, () => random.normal()));
  return Array.from({ length: count }, () => {
    const strengths = causes.map(() => random.normal());
    return Float64Array.from({ length: size }, (_, i) =>
      Math.max(0, 5 + 0.3 * random.normal() + causes.reduce((s, c, k) => s + strengths[k]! * c[i]!, 0)),
    );
  });
}

function momentsOf(inputs: readonly Float64Array[]): Moments {
  const moments = new Moments(inputs[0]!.length);
  for (const each of inputs) moments.add(each);
  return moments;
}

const ones = (size: number): number[] => new Array<number>(size).fill(1);

/** Mean squared error of the sum of weighted inputs. */
function errorOf(
  inputs: readonly Float64Array[],
  weights: readonly number[],
  other: readonly number[],
  shift = 0,
) {
  const errors = inputs.map((x) => x.reduce((s, v, i) => s + v * (weights[i]! - other[i]!), -shift));
  return errors.reduce((sum, e) => sum + e * e, 0) / inputs.length;
}

describe('roundRow', () => {
  it('leaves a far smaller error than rounding each weight, on other inputs too', () => {
    const totals = { rounded: 0, plain: 0 };
    for (const seed of [1, 2, 3, 4, 5]) {
      const [size, random] = [24, createRandom(seed, 7)];
      const factor = momentsOf(inputsOf(400, size, seed)).factor(ones(size));
      const weights = Array.from({ length: size }, () => 30 * random.normal());
      const { weights: rounded, biasShift } = roundRow(weights, factor, MOST);
      expect(rounded.every(Number.isInteger)).toBe(true);
      const others = inputsOf(800, size, seed).slice(400);
      totals.plain += errorOf(others, weights, weights.map(Math.round));
      totals.rounded += errorOf(others, weights, rounded, biasShift);
    }
    expect(totals.rounded).toBeLessThan(totals.plain / 5);
  });

  it('rounds each weight by itself where inputs have nothing to do with each other', () => {
    const moments = new Moments(4);
    for (let i = 0; i < 4; i++)
      for (const sign of [-1, 1])
        moments.add(Float64Array.from({ length: 4 }, (_, j) => (j === i ? sign : 0)));
    const { weights, biasShift } = roundRow([1.4, -2.6, 0.2, 90.7], moments.factor(ones(4)), MOST);
    expect(weights).toEqual([1, -3, 0, 91]);
    expect(biasShift).toBeCloseTo(0, 12);
  });

  it('moves the error of an input that never varies into the bias', () => {
    const moments = new Moments(1);
    for (let i = 0; i < 10; i++) moments.add([3]);
    const { weights, biasShift } = roundRow([2.4], moments.factor([1]), MOST);
    expect(weights).toEqual([2]);
    expect(biasShift).toBeCloseTo(3 * 0.4, 2);
  });

  it('counts inputs in integers of different units', () => {
    const inputs = inputsOf(300, 6, 9);
    const units = [1, 2, 4, 8, 0.5, 16];
    const scaled = inputs.map((x) => x.map((v, i) => v * units[i]!));
    const [a, b] = [momentsOf(inputs).factor(units), momentsOf(scaled).factor(ones(6))];
    for (const [i, value] of a.to1DArray().entries()) expect(value).toBeCloseTo(b.to1DArray()[i]!, 8);
  });

  it('keeps within the integers, and serves inputs that never occur', () => {
    const moments = new Moments(3);
    moments.add([0, 5, 0]);
    const { weights, biasShift } = roundRow([126.9, 127.4, -127.3], moments.factor(ones(3)), MOST);
    expect(weights).toEqual([127, 127, -127]);
    expect(Number.isFinite(biasShift)).toBe(true);
    expect(roundRow([0.6], new Moments(1).factor([1]), MOST).weights).toEqual([1]);
  });
});
