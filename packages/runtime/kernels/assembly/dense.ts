// Convolutions and matrix products: out[row][column] = first[row] + Σ weight[k][row] · in[k][column], k ascending, each
// product and each sum rounded to float32. Columns lie in vector lanes; `table` has the byte offset of each k's inputs.
import { clampTo } from './math';

/** Stores the first `count` lanes, 1..4 or more. */
function put(to: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, x);
    return;
  }
  if (count > 0) f32.store(to, f32x4.extract_lane(x, 0));
  if (count > 1) f32.store(to, f32x4.extract_lane(x, 1), 4);
  if (count > 2) f32.store(to, f32x4.extract_lane(x, 2), 8);
}

// @ts-ignore: decorator
@inline
function times(weight: v128, x: v128, sum: v128): v128 {
  return f32x4.add(sum, f32x4.mul(weight, x));
}

/** Four rows, up to eight columns. Weights: for each k those of four rows. */
function fourByEight(w: usize, first: usize, from: usize, table: usize, end: usize, to: usize, step: usize, count: i32, low: v128, high: v128): void {
  let a0 = v128.load32_splat(first), a1 = a0;
  let b0 = v128.load32_splat(first, 4), b1 = b0;
  let c0 = v128.load32_splat(first, 8), c1 = c0;
  let d0 = v128.load32_splat(first, 12), d1 = d0;
  while (table < end) {
    const row = from + load<u32>(table);
    const x0 = v128.load(row), x1 = v128.load(row, 16);
    let weight = v128.load32_splat(w);
    a0 = times(weight, x0, a0);
    a1 = times(weight, x1, a1);
    weight = v128.load32_splat(w, 4);
    b0 = times(weight, x0, b0);
    b1 = times(weight, x1, b1);
    weight = v128.load32_splat(w, 8);
    c0 = times(weight, x0, c0);
    c1 = times(weight, x1, c1);
    weight = v128.load32_splat(w, 12);
    d0 = times(weight, x0, d0);
    d1 = times(weight, x1, d1);
    w += 16;
    table += 4;
  }
  putTwo(to, clampTo(a0, low, high), clampTo(a1, low, high), count);
  to += step;
  putTwo(to, clampTo(b0, low, high), clampTo(b1, low, high), count);
  to += step;
  putTwo(to, clampTo(c0, low, high), clampTo(c1, low, high), count);
  to += step;
  putTwo(to, clampTo(d0, low, high), clampTo(d1, low, high), count);
}

// @ts-ignore: decorator
@inline
function putTwo(to: usize, x: v128, y: v128, count: i32): void {
  if (count >= 8) {
    v128.store(to, x);
    v128.store(to, y, 16);
  } else {
    put(to, x, count);
    put(to + 16, y, count - 4);
  }
}

/** Four rows, up to four columns. */
function fourByFour(w: usize, first: usize, from: usize, table: usize, end: usize, to: usize, step: usize, count: i32, low: v128, high: v128): void {
  let a = v128.load32_splat(first);
  let b = v128.load32_splat(first, 4);
  let c = v128.load32_splat(first, 8);
  let d = v128.load32_splat(first, 12);
  while (table < end) {
    const x = v128.load(from + load<u32>(table));
    a = times(v128.load32_splat(w), x, a);
    b = times(v128.load32_splat(w, 4), x, b);
    c = times(v128.load32_splat(w, 8), x, c);
    d = times(v128.load32_splat(w, 12), x, d);
    w += 16;
    table += 4;
  }
  put(to, clampTo(a, low, high), count);
  put(to + step, clampTo(b, low, high), count);
  put(to + 2 * step, clampTo(c, low, high), count);
  put(to + 3 * step, clampTo(d, low, high), count);
}

/** One row, up to sixteen columns. Weights: one for each k. */
function oneBySixteen(w: usize, first: usize, from: usize, table: usize, end: usize, to: usize, count: i32, low: v128, high: v128): void {
  let a = v128.load32_splat(first), b = a, c = a, d = a;
  while (table < end) {
    const row = from + load<u32>(table);
    const weight = v128.load32_splat(w);
    a = times(weight, v128.load(row), a);
    b = times(weight, v128.load(row, 16), b);
    c = times(weight, v128.load(row, 32), c);
    d = times(weight, v128.load(row, 48), d);
    w += 4;
    table += 4;
  }
  putTwo(to, clampTo(a, low, high), clampTo(b, low, high), count);
  if (count > 8) putTwo(to + 32, clampTo(c, low, high), clampTo(d, low, high), count - 8);
}

/**
 * `planes` · `height` lines of `width` columns. Weights: blocks of four rows, for each k those of four rows; then the rows
 * that are left, one after the other. Steps are in bytes.
 */
export function multiply(
  w: usize, first: usize, rows: i32, table: usize, length: i32,
  from: usize, fromPlane: i32, fromLine: i32, to: usize, toRow: usize, toPlane: i32, toLine: i32,
  planes: i32, height: i32, width: i32, low: f32, high: f32,
): void {
  const end = table + 4 * length;
  const least = f32x4.splat(low), most = f32x4.splat(high);
  const blocks = rows >> 2;
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < height; y++) {
      const line = from + fromPlane * plane + fromLine * y;
      const target = to + toPlane * plane + toLine * y;
      for (let x = 0; x < width; x += 8) {
        const left = width - x;
        const source = line + 4 * x;
        let weights = w, output = target + 4 * x, start = first;
        for (let block = 0; block < blocks; block++) {
          if (left > 4) fourByEight(weights, start, source, table, end, output, toRow, left, least, most);
          else fourByFour(weights, start, source, table, end, output, toRow, left, least, most);
          weights += 16 * length;
          output += 4 * toRow;
          start += 16;
        }
      }
      for (let row = 4 * blocks; row < rows; row++) {
        for (let x = 0; x < width; x += 16) {
          const output = target + row * toRow + 4 * x;
          oneBySixteen(w + 4 * row * length, first + 4 * row, line + 4 * x, table, end, output, width - x, least, most);
        }
      }
    }
  }
}

/** The same for one column, with rows in vector lanes. */
export function multiplyColumn(w: usize, first: usize, rows: i32, table: usize, length: i32, from: usize, to: usize, toRow: usize, low: f32, high: f32): void {
  const end = table + 4 * length;
  const block = 16 * length;
  const least = f32x4.splat(low), most = f32x4.splat(high);
  let row = 0;
  for (; row + 16 <= rows; row += 16) {
    let a = v128.load(first + 4 * row), b = v128.load(first + 4 * row, 16);
    let c = v128.load(first + 4 * row, 32), d = v128.load(first + 4 * row, 48);
    let w0 = w + 4 * row * length;
    let w1 = w0 + block, w2 = w1 + block, w3 = w2 + block;
    for (let at = table; at < end; at += 4) {
      const x = v128.load32_splat(from + load<u32>(at));
      a = times(v128.load(w0), x, a);
      b = times(v128.load(w1), x, b);
      c = times(v128.load(w2), x, c);
      d = times(v128.load(w3), x, d);
      w0 += 16;
      w1 += 16;
      w2 += 16;
      w3 += 16;
    }
    spread(to, toRow, row, clampTo(a, least, most));
    spread(to, toRow, row + 4, clampTo(b, least, most));
    spread(to, toRow, row + 8, clampTo(c, least, most));
    spread(to, toRow, row + 12, clampTo(d, least, most));
  }
  for (; row + 4 <= rows; row += 4) {
    let a = v128.load(first + 4 * row);
    let w0 = w + 4 * row * length;
    for (let at = table; at < end; at += 4, w0 += 16) {
      a = times(v128.load(w0), v128.load32_splat(from + load<u32>(at)), a);
    }
    spread(to, toRow, row, clampTo(a, least, most));
  }
  for (; row < rows; row++) {
    let a = f32.load(first + 4 * row);
    let w0 = w + 4 * row * length;
    for (let at = table; at < end; at += 4, w0 += 4) a += f32.load(w0) * f32.load(from + load<u32>(at));
    a = a < low ? low : a;
    f32.store(to + row * toRow, high < a ? high : a);
  }
}

function spread(to: usize, step: usize, row: i32, x: v128): void {
  to += row * step;
  f32.store(to, f32x4.extract_lane(x, 0));
  f32.store(to + step, f32x4.extract_lane(x, 1));
  f32.store(to + 2 * step, f32x4.extract_lane(x, 2));
  f32.store(to + 3 * step, f32x4.extract_lane(x, 3));
}
