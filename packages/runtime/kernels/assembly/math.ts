// Functions of four float32 at a time, by basic operations in a fixed order: the same bits on every machine.

// @ts-ignore: decorator
@inline
function constant(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function next(sum: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(sum, x), f32x4.splat(coefficient));
}

/** x < low ? low : x, then the same above; NaN stays. */
// @ts-ignore: decorator
@inline
export function clampTo(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high);
}

/** e^x: x = n·ln 2 + r, a polynomial of degree 7 in r (Cephes, expf), times 2^n in two halves. */
export function exp(x: v128): v128 {
  const bounded = clampTo(x, constant(-104), constant(89));
  const n = f32x4.nearest(f32x4.mul(bounded, constant(1.44269504088896341)));
  let r = f32x4.sub(bounded, f32x4.mul(n, constant(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, constant(-2.12194440e-4)));
  let sum = next(constant(1.9875691500e-4), r, 1.3981999507e-3);
  sum = next(sum, r, 8.3334519073e-3);
  sum = next(sum, r, 4.1665795894e-2);
  sum = next(sum, r, 1.6666665459e-1);
  sum = next(sum, r, 5.0000001201e-1);
  sum = f32x4.add(f32x4.add(f32x4.mul(sum, f32x4.mul(r, r)), r), constant(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(sum, power(half)), power(i32x4.sub(whole, half)));
}

/** 2^n, n in -126..127. */
// @ts-ignore: decorator
@inline
function power(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** ln x of normal x > 0 (Cephes, logf); -infinity of 0, infinity of infinity, NaN of the rest. */
export function log(x: v128): v128 {
  const root = i32x4.splat(0x3f3504f3);
  const exponent = i32x4.shr_s(i32x4.sub(x, root), 23);
  const m = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), constant(1));
  const e = f32x4.convert_i32x4_s(exponent);
  let sum = next(constant(7.0376836292e-2), m, -1.1514610310e-1);
  sum = next(sum, m, 1.1676998740e-1);
  sum = next(sum, m, -1.2420140846e-1);
  sum = next(sum, m, 1.4249322787e-1);
  sum = next(sum, m, -1.6668057665e-1);
  sum = next(sum, m, 2.0000714765e-1);
  sum = next(sum, m, -2.4999993993e-1);
  sum = next(sum, m, 3.3333331174e-1);
  const square = f32x4.mul(m, m);
  sum = f32x4.mul(f32x4.mul(sum, m), square);
  sum = f32x4.add(sum, f32x4.mul(e, constant(-2.12194440e-4)));
  sum = f32x4.sub(sum, f32x4.mul(square, constant(0.5)));
  sum = f32x4.add(f32x4.add(m, sum), f32x4.mul(e, constant(0.693359375)));
  sum = v128.bitselect(constant(-Infinity), sum, f32x4.eq(x, constant(0)));
  sum = v128.bitselect(x, sum, f32x4.eq(x, constant(Infinity)));
  return v128.bitselect(sum, constant(NaN), f32x4.ge(x, constant(0)));
}

/** tanh x: an odd polynomial below 0.625 (Cephes, tanhf), else 1 - 2 / (e^2|x| + 1) with x's sign. */
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let sum = next(constant(-5.70498872745e-3), square, 2.06390887954e-2);
  sum = next(sum, square, -5.37397155531e-2);
  sum = next(sum, square, 1.33314422036e-1);
  sum = next(sum, square, -3.33332819422e-1);
  const small = f32x4.add(f32x4.mul(f32x4.mul(sum, square), x), x);
  const growth = exp(f32x4.add(size, size));
  const large = f32x4.sub(constant(1), f32x4.div(constant(2), f32x4.add(growth, constant(1))));
  const signed = v128.or(large, v128.and(x, constant(-0.0)));
  return v128.bitselect(small, signed, f32x4.lt(size, constant(0.625)));
}

/** 1 / (1 + e^-x) */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(constant(1), f32x4.add(exp(f32x4.neg(x)), constant(1)));
}

/** max(x, 0) + ln(1 + e^-|x|) */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const rest = log(f32x4.add(exp(f32x4.neg(f32x4.abs(x))), constant(1)));
  return f32x4.add(f32x4.pmax(x, constant(0)), rest);
}

/** The error function (Abramowitz and Stegun, 7.1.26), off by at most 2e-7. */
export function erf(x: v128): v128 {
  const size = f32x4.abs(x);
  const t = f32x4.div(constant(1), f32x4.add(f32x4.mul(size, constant(0.3275911)), constant(1)));
  let sum = next(constant(1.061405429), t, -1.453152027);
  sum = next(sum, t, 1.421413741);
  sum = next(sum, t, -0.284496736);
  sum = f32x4.mul(next(sum, t, 0.254829592), t);
  const large = f32x4.sub(constant(1), f32x4.mul(sum, exp(f32x4.neg(f32x4.mul(size, size)))));
  return v128.or(f32x4.abs(large), v128.and(x, constant(-0.0)));
}
