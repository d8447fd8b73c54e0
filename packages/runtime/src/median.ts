/** The middle of some numbers, of an even number the mean of the two in the middle; undefined of none. */
export function median(values: ArrayLike<number>): number | undefined {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return undefined;
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
