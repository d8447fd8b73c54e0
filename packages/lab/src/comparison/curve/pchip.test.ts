import { describe, expect, it } from 'vitest';
import { pchip } from './pchip.js';

const knots = (...points: readonly (readonly [number, number])[]) => points.map(([x, y]) => ({ x, y }));

describe('pchip', () => {
  it('goes through its points and gives what SciPy 1.17 gives between them', () => {
    const curve = pchip(knots([0, 0], [1, 1], [3, 1.5], [4, 4]));
    for (const [x, y] of [
      [0, 0],
      [1, 1],
      [3, 1.5],
      [4, 4],
      [0.5, 0.60267857],
      [2, 1.23214286],
      [2.5, 1.32142857],
      [3.9, 3.67125],
    ] as const)
      expect(curve.at(x)).toBeCloseTo(y, 7);
  });

  it('integrates what it interpolates, over whole pieces and parts of them', () => {
    const curve = pchip(knots([0, 0], [1, 1], [3, 1.5], [4, 4]));
    const steps = 20_000;
    const [from, to] = [0.3, 3.6];
    let sum = 0;
    for (let i = 0; i < steps; i++) sum += curve.at(from + ((i + 0.5) * (to - from)) / steps);
    expect(curve.integral(from, to)).toBeCloseTo((sum * (to - from)) / steps, 6);
  });

  it('is the straight line through two points', () => {
    const line = pchip(knots([1, 2], [3, 6]));
    expect(line.at(2.5)).toBeCloseTo(5, 12);
    expect(line.integral(1, 3)).toBeCloseTo(8, 12);
  });

  it('does not overshoot where points stay level', () => {
    const curve = pchip(knots([0, 0], [1, 1], [2, 1], [3, 5]));
    for (let x = 1; x <= 2; x += 0.1) expect(curve.at(x)).toBeCloseTo(1, 9);
  });

  it('refuses points that are too few or out of order, and an x outside', () => {
    expect(() => pchip(knots([1, 2]))).toThrow('received 1:2');
    expect(() => pchip(knots([1, 2], [1, 3]))).toThrow(RangeError);
    expect(() => pchip(knots([1, 2], [2, 3])).at(2.1)).toThrow('expected 1..2 for x, received 2.1');
  });
});
