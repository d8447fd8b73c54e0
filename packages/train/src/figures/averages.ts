/** Arithmetic mean; the images of a batch are of one size, so the mean of their MSE is the global MSE. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** At most `wanted` of the positions 0..count−1, evenly spread, the first one included. */
export function spreadPositions(count: number, wanted: number): Uint32Array {
  const taken = Math.min(count, wanted);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}
