/** A loop of a copy: how often, and its steps in source and target. */
export type Loop = readonly [count: number, from: number, to: number];

/** The same copy with fewer loops: none of a single turn, and two in one where the outer goes on where the inner ends. */
export function moveLoops(loops: readonly Loop[]): Loop[] {
  const merged: Loop[] = [];
  for (const [count, from, to] of loops) {
    if (count === 1) continue;
    const last = merged.at(-1);
    if (last !== undefined && last[1] === count * from && last[2] === count * to)
      merged[merged.length - 1] = [last[0] * count, from, to];
    else merged.push([count, from, to]);
  }
  return merged.length === 0 ? [[1, 1, 1]] : merged;
}

/** Steps of a tensor whose values lie one after the other. */
export function stepsOf(dims: readonly number[]): number[] {
  const steps = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) steps[axis] = steps[axis + 1]! * dims[axis + 1]!;
  return steps;
}
