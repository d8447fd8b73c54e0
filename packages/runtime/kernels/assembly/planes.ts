// Windows that move over planes of height × width: the numbers of planes are in two levels, each with its steps in bytes.
import { clampTo } from './math';

/** Copies floats, four at a time where they lie beside each other. */
export function line(from: usize, fromStep: usize, to: usize, toStep: usize, count: i32): void {
  if (fromStep == 4 && toStep == 4) {
    for (; count >= 4; count -= 4, from += 16, to += 16) v128.store(to, v128.load(from));
  }
  for (; count > 0; count--, from += fromStep, to += toStep) store<u32>(to, load<u32>(from));
}

/** Writes `count` zeros. */
function zeros(to: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16) v128.store(to, i32x4.splat(0));
  for (; count > 0; count--, to += 4) store<u32>(to, 0);
}

/** The first place j ≥ 0 for which start + j · step ≥ bound, at most `limit`. */
// @ts-ignore: decorator
@inline
function firstAt(start: i32, step: i32, bound: i32, limit: i32): i32 {
  return start >= bound ? 0 : min((bound - start + step - 1) / step, limit);
}

/** to[i][j] = from[top + i·stepY][left + j·stepX], 0 outside of `height` × `width`. */
export function gather(
  from: usize, to: usize, outer: i32, fromOuter: i32, toOuter: i32, inner: i32, fromInner: i32, toInner: i32,
  height: i32, width: i32, top: i32, left: i32, stepY: i32, stepX: i32, rows: i32, columns: i32,
): void {
  const begin = firstAt(left, stepX, 0, columns);
  const end = max(firstAt(left, stepX, width, columns), begin);
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < inner; b++) {
      const source = from + a * fromOuter + b * fromInner;
      let target = to + a * toOuter + b * toInner;
      for (let i = 0, y = top; i < rows; i++, y += stepY, target += 4 * columns) {
        if (y < 0 || y >= height) {
          zeros(target, columns);
          continue;
        }
        zeros(target, begin);
        line(source + 4 * (y * width + left + begin * stepX), 4 * stepX, target + 4 * begin, 4, end - begin);
        zeros(target + 4 * end, columns - end);
      }
    }
  }
}

/** to[top + i·stepY][left + j·stepX] += from[i][j], where that is inside of `height` × `width`. */
export function scatter(
  from: usize, to: usize, outer: i32, fromOuter: i32, toOuter: i32, inner: i32, fromInner: i32, toInner: i32,
  height: i32, width: i32, top: i32, left: i32, stepY: i32, stepX: i32, rows: i32, columns: i32,
): void {
  const begin = firstAt(left, stepX, 0, columns);
  const end = max(firstAt(left, stepX, width, columns), begin);
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < inner; b++) {
      let source = from + a * fromOuter + b * fromInner;
      const target = to + a * toOuter + b * toInner;
      for (let i = 0, y = top; i < rows; i++, y += stepY, source += 4 * columns) {
        if (y < 0 || y >= height) continue;
        const last = source + 4 * end;
        let place = target + 4 * (y * width + left + begin * stepX);
        for (let at = source + 4 * begin; at < last; at += 4, place += 4 * stepX) {
          f32.store(place, f32.load(place) + f32.load(at));
        }
      }
    }
  }
}

/**
 * to[a][b][2i + y][2j + x] = first[a] + from[a][2y + x][b][i][j], clamped: windows of 2×2 beside each other. Sums are written in
 * the order of the memory, so that what a vector writes beyond a line is written again.
 */
export function interleave(
  first: usize, from: usize, to: usize, outer: i32, inner: i32, height: i32, width: i32, low: f32, high: f32,
): void {
  const place = 4 * inner * height * width;
  const least = f32x4.splat(low), most = f32x4.splat(high);
  const end = to + 4 * outer * place;
  for (let a = 0; a < outer; a++, first += 4, from += 4 * place) {
    const start = v128.load32_splat(first);
    for (let i = 0; i < inner * height; i++) {
      for (let y = 0; y < 2; y++) {
        let left = from + 2 * y * place + 4 * i * width;
        const last = left + 4 * width;
        let at = to;
        for (; left < last && at + 32 <= end; left += 16, at += 32) {
          const x = clampTo(f32x4.add(start, v128.load(left)), least, most);
          const z = clampTo(f32x4.add(start, v128.load(left + place)), least, most);
          v128.store(at, v128.shuffle<f32>(x, z, 0, 4, 1, 5));
          v128.store(at, v128.shuffle<f32>(x, z, 2, 6, 3, 7), 16);
        }
        for (; left < last; left += 4, at += 8) {
          const x = clampTo(f32x4.add(start, v128.load32_splat(left)), least, most);
          const z = clampTo(f32x4.add(start, v128.load32_splat(left + place)), least, most);
          f32.store(at, f32x4.extract_lane(x, 0));
          f32.store(at, f32x4.extract_lane(z, 0), 4);
        }
        to += 8 * width;
      }
    }
  }
}

/** Writes first[a] into `count` floats of each of `outer` planes. */
export function fill(first: usize, to: usize, outer: i32, count: i32): void {
  for (let a = 0; a < outer; a++) {
    const x = v128.load32_splat(first + 4 * a);
    let left = count;
    for (; left >= 4; left -= 4, to += 16) v128.store(to, x);
    for (; left > 0; left--, to += 4) f32.store(to, f32x4.extract_lane(x, 0));
  }
}

/** Largest value (mode 0), or mean of those inside (1) or of all of the window (2), of each window. */
export function pool(
  mode: i32, from: usize, to: usize, planes: i32, height: i32, width: i32, rows: i32, columns: i32,
  windowY: i32, windowX: i32, stepY: i32, stepX: i32, top: i32, left: i32,
): void {
  const halves = windowY == 2 && windowX == 2 && stepX == 2 && stepY == 2 && top == 0 && left == 0
    && 2 * rows <= height && 2 * columns <= width;
  for (let plane = 0; plane < planes; plane++, from += 4 * height * width) {
    for (let i = 0; i < rows; i++) {
      let j = 0;
      if (halves) {
        j = columns & ~3;
        poolHalves(mode, from + 8 * i * width, 4 * width, to, j);
      }
      for (; j < columns; j++) {
        const y = i * stepY - top, x = j * stepX - left;
        const endY = min(y + windowY, height), endX = min(x + windowX, width);
        const inside = poolOne(mode, from, width, max(y, 0), endY, max(x, 0), endX);
        const count = mode == 1 ? (endY - max(y, 0)) * (endX - max(x, 0)) : windowY * windowX;
        f32.store(to + 4 * j, mode == 0 ? inside : inside / <f32>count);
      }
      to += 4 * columns;
    }
  }
}

function poolOne(mode: i32, from: usize, width: i32, beginY: i32, endY: i32, beginX: i32, endX: i32): f32 {
  let result: f32 = mode == 0 ? -Infinity : 0;
  for (let y = beginY; y < endY; y++) {
    for (let x = beginX; x < endX; x++) {
      const value = f32.load(from + 4 * (y * width + x));
      result = mode == 0 ? (result < value ? value : result) : result + value;
    }
  }
  return result;
}

/** The same for windows of 2×2 beside each other, four at a time. */
function poolHalves(mode: i32, from: usize, below: usize, to: usize, columns: i32): void {
  const end = to + 4 * columns;
  for (; to < end; to += 16, from += 32) {
    const a = v128.load(from), b = v128.load(from, 16);
    const c = v128.load(from + below), d = v128.load(from + below, 16);
    const topLeft = v128.shuffle<f32>(a, b, 0, 2, 4, 6), topRight = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    const left = v128.shuffle<f32>(c, d, 0, 2, 4, 6), right = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
    if (mode == 0) {
      const top = f32x4.pmax(f32x4.pmax(f32x4.splat(-Infinity), topLeft), topRight);
      v128.store(to, f32x4.pmax(f32x4.pmax(top, left), right));
    } else {
      const top = f32x4.add(f32x4.add(f32x4.splat(0), topLeft), topRight);
      v128.store(to, f32x4.div(f32x4.add(f32x4.add(top, left), right), f32x4.splat(4)));
    }
  }
}

/**
 * Values between four of each plane. Tables: for each row and each column the byte offsets of the two around it, and the
 * part of the second.
 */
export function resize(from: usize, to: usize, planes: i32, bytes: i32, rows: usize, rowCount: i32, columns: usize, columnCount: i32): void {
  const lastRow = rows + 12 * rowCount, lastColumn = columns + 12 * columnCount;
  for (let plane = 0; plane < planes; plane++, from += bytes) {
    for (let row = rows; row < lastRow; row += 12) {
      const above = from + load<u32>(row), below = from + load<u32>(row, 4), partY = f32.load(row, 8);
      for (let column = columns; column < lastColumn; column += 12, to += 4) {
        const left = load<u32>(column), right = load<u32>(column, 4), partX = f32.load(column, 8);
        const top = between(f32.load(above + left), f32.load(above + right), partX);
        f32.store(to, between(top, between(f32.load(below + left), f32.load(below + right), partX), partY));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function between(a: f32, b: f32, part: f32): f32 {
  return a + (b - a) * part;
}
