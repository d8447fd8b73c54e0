import { describe, expect, it } from 'vitest';
import { tinyHistory } from '../testing/tiny-run.js';
import type { EpochRecord, RatePoint } from '../training/history.js';
import { adviceOf } from './advice.js';

/** A point of 100 bits and so many times lambda · squared error. */
const point = (lambda: number, error: number): RatePoint => ({
  lambda,
  psnr: 20,
  factorizedBytes: 20,
  contextBytes: 12.5,
  objective: 100 + lambda * error,
});

/** Twenty epochs with these squared errors, of training and of validation images. */
const historyOf = (
  training: (done: number) => number,
  validation: (done: number) => number,
  lambdaAt: (done: number) => number = () => 10,
): EpochRecord[] =>
  Array.from({ length: 20 }, (_, i) => {
    const done = i / 19;
    const points = (error: number) => [1, 4].map((factor) => point(factor * lambdaAt(done), error));
    return {
      ...tinyHistory[0]!,
      epoch: i + 1,
      rate: {
        factorizedBytes: 20,
        contextBytes: 12.5,
        octaves: 0,
        training: points(training(done)),
        validation: points(validation(done)),
      },
    };
  });

describe('advice', () => {
  const settled = (): number => 5;

  it('is nothing where both parts have settled, however high lambda went', () => {
    expect(adviceOf(historyOf(settled, settled))).toEqual([]);
    expect(adviceOf(historyOf(settled, settled, (done) => 10 / 2 ** (4 * done)))).toEqual([]);
  });

  it('asks for images where the gap between the parts grows, not where there always was one', () => {
    expect(adviceOf(historyOf(settled, (done) => 5 + 2 * done))).toEqual(['more images']);
    expect(adviceOf(historyOf(settled, () => 7))).toEqual([]);
  });

  it('asks for training where validation images still got better late', () => {
    const falling = (done: number): number => 10 - 6 * done;
    expect(adviceOf(historyOf(falling, falling))).toEqual(['more training']);
  });

  it('is nothing about runs without rate, and short ones', () => {
    expect(adviceOf(tinyHistory)).toEqual([]);
    expect(adviceOf(historyOf(settled, (done) => 5 + 2 * done).slice(0, 3))).toEqual([]);
  });
});
