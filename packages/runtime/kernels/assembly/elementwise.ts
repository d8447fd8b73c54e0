// Functions of single values. Counts are rounded up to whole vectors: every tensor has room for them.
import { clampTo, erf, exp, log, sigmoid, softplus, tanh } from './math';

/** The numbers of these are in src/provider/builtin/kernels.ts. */
function one(operation: i32, x: v128, alpha: v128, beta: v128): v128 {
  const zero = f32x4.splat(0), unit = f32x4.splat(1);
  switch (operation) {
    case 0: return clampTo(x, alpha, beta);
    case 1: return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, zero));
    case 2: return sigmoid(x);
    case 3: return tanh(x);
    case 4: return f32x4.mul(v128.bitselect(f32x4.mul(f32x4.sub(exp(x), unit), alpha), x, f32x4.lt(x, zero)), beta);
    case 5: return softplus(x);
    case 6: return f32x4.div(x, f32x4.add(f32x4.abs(x), unit));
    case 7: return clampTo(f32x4.add(f32x4.mul(x, alpha), beta), zero, unit);
    case 8: return v128.bitselect(x, zero, f32x4.gt(x, alpha));
    case 9: return exp(x);
    case 10: return f32x4.sqrt(x);
    case 11: return erf(x);
    case 12: return f32x4.mul(x, x);
    case 13: return f32x4.mul(f32x4.mul(x, x), x);
    case 14: return i32x4.trunc_sat_f32x4_s(x);
    case 15: return f32x4.convert_i32x4_s(x);
    case 16: return f32x4.neg(x);
    case 17: return f32x4.abs(x);
    case 18: return log(x);
    default: return x;
  }
}

export function unary(operation: i32, from: usize, to: usize, count: i32, alpha: f32, beta: f32): void {
  const end = from + 4 * count;
  const a = f32x4.splat(alpha), b = f32x4.splat(beta);
  // Much more often than all others: 0.3 of the time in a loop of its own.
  if (operation == 0) for (; from < end; from += 16, to += 16) v128.store(to, clampTo(v128.load(from), a, b));
  for (; from < end; from += 16, to += 16) v128.store(to, one(operation, v128.load(from), a, b));
}

function two(operation: i32, x: v128, y: v128): v128 {
  switch (operation) {
    case 0: return f32x4.add(x, y);
    case 1: return f32x4.mul(x, y);
    case 2: return f32x4.sub(x, y);
    case 3: return f32x4.div(x, y);
    case 4: return f32x4.pmax(x, y);
    case 5: return f32x4.pmin(x, y);
    default: return v128.bitselect(f32x4.mul(x, y), x, f32x4.lt(x, f32x4.splat(0)));
  }
}

/** Steps of 16 bytes, or of 0 for an operand of a single value. */
export function binary(operation: i32, left: usize, leftStep: i32, right: usize, rightStep: i32, to: usize, count: i32): void {
  const end = to + 4 * count;
  if (operation == 0 && leftStep == 16 && rightStep == 16) {
    for (; to < end; to += 16, left += 16, right += 16) v128.store(to, f32x4.add(v128.load(left), v128.load(right)));
  }
  for (; to < end; to += 16, left += leftStep, right += rightStep) {
    const x = leftStep ? v128.load(left) : v128.load32_splat(left);
    const y = rightStep ? v128.load(right) : v128.load32_splat(right);
    v128.store(to, two(operation, x, y));
  }
}
