// Rows of values: what is found from all of a row's values, one after the other.
import { exp, log } from './math';

function largestOf(from: usize, end: usize): f32 {
  let largest: f32 = -Infinity;
  for (; from < end; from += 4) {
    const x = f32.load(from);
    largest = largest < x ? x : largest;
  }
  return largest;
}

function sumOf(from: usize, end: usize): f32 {
  let sum: f32 = 0;
  for (; from < end; from += 4) sum += f32.load(from);
  return sum;
}

// @ts-ignore: decorator
@inline
function expOf(x: f32): f32 {
  return f32x4.extract_lane(exp(f32x4.splat(x)), 0);
}

/** Σ e^(x - largest) */
function sumOfGrowth(from: usize, end: usize, largest: f32): f32 {
  let sum: f32 = 0;
  for (; from < end; from += 4) sum += expOf(f32.load(from) - largest);
  return sum;
}

// @ts-ignore: decorator
@inline
function logOf(x: f32): f32 {
  return f32x4.extract_lane(log(f32x4.splat(x)), 0);
}

/** One value of each row: mean (0), largest (1), ln Σ e^x (2), sum (3). */
export function reduce(operation: i32, from: usize, to: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++, from += 4 * columns) {
    const end = from + 4 * columns;
    let result: f32;
    if (operation == 1) result = largestOf(from, end);
    else if (operation == 2) {
      const largest = largestOf(from, end);
      result = largest + logOf(sumOfGrowth(from, end, largest));
    } else {
      result = sumOf(from, end);
      if (operation == 0) result /= <f32>columns;
    }
    f32.store(to + 4 * row, result);
  }
}

/** Softmax (0), or its logarithm (1), of each row. */
export function softmax(operation: i32, from: usize, to: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    const end = from + 4 * columns;
    const largest = largestOf(from, end);
    const sum = sumOfGrowth(from, end, largest);
    const shift = largest + logOf(sum);
    for (; from < end; from += 4, to += 4) {
      const x = f32.load(from);
      f32.store(to, operation == 0 ? expOf(x - largest) / sum : x - shift);
    }
  }
}
