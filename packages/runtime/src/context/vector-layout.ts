import { MAX_ACTIVATION } from './context-model.js';

/** The next multiple. */
export const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/**
 * Writes what vectors of four units need for `clamp(x >> shift, 0, MAX_ACTIVATION)` without a shift for each lane: for each
 * four the largest values before it and the masks of the bits that it keeps, int32, and numbers of the shifts, float32.
 */
export function fillScaling(
  shifts: Uint8Array,
  numberOf: (shift: number) => number,
  memory: ArrayBuffer,
  start: number,
): void {
  const [integers, floats] = [new Int32Array(memory, start), new Float32Array(memory, start)];
  shifts.forEach((shift, i) => {
    const at = 12 * (i >> 2) + (i & 3);
    integers[at] = Math.min(MAX_ACTIVATION * 2 ** shift, 2 ** 31 - 1);
    integers[at + 4] = -1 << shift;
    floats[at + 8] = numberOf(shift);
  });
}
