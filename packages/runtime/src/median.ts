/** The middle of some numbers, the upper one of an even number of them; undefined of none. */
export function median(values: ArrayLike<number>): number | undefined {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1];
}
