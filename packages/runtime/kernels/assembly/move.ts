import { line } from './planes';

/** Copies values in nested loops; at `loops`, for each of `depth`: its count, and its steps in bytes of source and target. */
export function move(from: usize, to: usize, loops: usize, depth: i32): void {
  const count = load<i32>(loops), fromStep = load<i32>(loops, 4), toStep = load<i32>(loops, 8);
  if (depth == 1) {
    line(from, fromStep, to, toStep, count);
    return;
  }
  for (let i = 0; i < count; i++, from += fromStep, to += toStep) move(from, to, loops + 12, depth - 1);
}

/** Copies rows of a table; 0 where an index is outside of it, and then nothing more is copied. */
export function lookUp(table: usize, rows: i32, indices: usize, count: i32, to: usize, length: i32): i32 {
  for (let i = 0; i < count; i++, to += 4 * length) {
    let index = load<i32>(indices + 4 * i);
    if (index < 0) index += rows;
    if (index < 0 || index >= rows) return 0;
    line(table + 4 * index * length, 4, to, 4, length);
  }
  return 1;
}
