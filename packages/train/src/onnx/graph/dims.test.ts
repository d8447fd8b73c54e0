import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDim, divideDim, knownFactor, scaleDim, windowDim } from './dims.js';
import type { Dim } from './graph.js';

/** Computes the text of an expression for a height. */
const evaluate = (dim: Dim, height: number): number =>
  Number(new Function('height', 'floor', 'ceil', `return ${dim}`)(height, Math.floor, Math.ceil));

type Step = readonly ['scale' | 'add' | 'floor' | 'ceil', number];
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('scale' as const, 'add' as const, 'floor' as const, 'ceil' as const),
  fc.integer({ min: 1, max: 5 }),
);

function take(dim: Dim, [kind, amount]: Step): Dim {
  if (kind === 'scale') return scaleDim(dim, amount);
  if (kind === 'add') return addDim(dim, amount - 3);
  return divideDim(dim, amount, kind);
}

describe('sizes that are not known', () => {
  it('have expressions that compute what the numbers do', () => {
    const property = fc.property(
      fc.array(step, { maxLength: 8 }),
      fc.integer({ min: 1, max: 200 }),
      (steps, height) => {
        const text = steps.reduce<Dim>(take, 'height');
        // Adding 0 makes -0 a 0.
        expect(evaluate(text, height) + 0).toBe(Number(steps.reduce<Dim>(take, height)) + 0);
      },
    );
    fc.assert(property, { seed: 1, numRuns: 500 });
  });

  it('are written the same for the same way of computing them', () => {
    expect(divideDim(scaleDim('height', 4), 2, 'ceil')).toBe('2*height');
    expect(divideDim(scaleDim('height', 4), 4, 'floor')).toBe('height');
    expect(divideDim(divideDim('height', 2, 'ceil'), 2, 'ceil')).toBe('ceil(height/4)');
    expect(addDim(addDim('height', 2), -2)).toBe('height');
    expect(knownFactor('6*width')).toBe(6);
  });

  it('follow a window as known sizes do', () => {
    expect(windowDim(28, 3, 2, 'same')).toBe(14);
    expect(windowDim(28, 3, 2, 'valid')).toBe(13);
    expect(windowDim('height', 2, 2, 'valid')).toBe('floor(height/2)');
    expect(evaluate(windowDim('height', 3, 2, 'valid'), 28)).toBe(13);
  });
});
