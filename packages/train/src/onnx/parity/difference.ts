/** The place where two tensors differ most. */
export interface Difference {
  /** NaN where one of the two is not a number. */
  readonly difference: number;
  readonly index: number;
  readonly actual: number;
  readonly expected: number;
  /** Largest magnitude among the expected numbers. */
  readonly magnitude: number;
}

/** Compares number by number; equal infinities do not differ, NaN always does. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  let index = 0;
  let difference = 0;
  let magnitude = 0;
  const length = Math.max(actual.length, expected.length);
  for (let i = 0; i < length && !Number.isNaN(difference); i++) {
    const here = actual[i] === expected[i] ? 0 : Math.abs(actual[i]! - expected[i]!);
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
    if (here <= difference) continue;
    difference = here;
    index = i;
  }
  return {
    difference,
    index,
    magnitude,
    actual: actual[index] ?? Number.NaN,
    expected: expected[index] ?? Number.NaN,
  };
}
