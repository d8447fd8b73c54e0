// Pixels to floats and back, sixteen values at a time.

/** Where memory is free. */
export const FREE: usize = __heap_base;

/**
 * uint8 to[i] = float32 from[i], clamped to 0..1, times 255, rounded, halves up. Four int32 at `largest`: the bits of the largest
 * magnitudes, 0x7f800000 or more where a value is NaN or infinite. groups: of 16 values, 1 or more.
 */
export function pack(from: usize, to: usize, groups: i32, largest: usize): void {
  let most = i32x4.splat(0);
  for (const end = to + 16 * groups; to < end; from += 64, to += 16) {
    const a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48);
    most = larger(larger(larger(larger(most, a), b), c), d);
    const low = i16x8.narrow_i32x4_s(rounded(a), rounded(b)), high = i16x8.narrow_i32x4_s(rounded(c), rounded(d));
    v128.store(to, i8x16.narrow_i16x8_u(low, high));
  }
  v128.store(largest, most);
}

/** The larger of magnitudes, as bits. */
// @ts-ignore: decorator
@inline
function larger(most: v128, value: v128): v128 {
  return i32x4.max_s(v128.and(value, i32x4.splat(0x7fffffff)), most);
}

/**
 * Four floats to integers. float32 rounds 255·v, and so 255·v + 0.5, perhaps up to the next integer k, never down past one. Near
 * it 256·v − (k − 0.5) is exact (Sterbenz's lemma), and below v where 255·v lies below k − 0.5: then k is one too large.
 */
// @ts-ignore: decorator
@inline
function rounded(value: v128): v128 {
  const v = f32x4.pmax(value, f32x4.splat(0));
  const k = f32x4.trunc(f32x4.add(f32x4.mul(v, f32x4.splat(255)), f32x4.splat(0.5)));
  const left = f32x4.sub(f32x4.mul(v, f32x4.splat(256)), f32x4.sub(k, f32x4.splat(0.5)));
  return i32x4.add(f32x4.lt(left, v), i32x4.trunc_sat_f32x4_s(k));
}

/** float32 to[i] = uint8 from[i] / 255. */
export function unpack(from: usize, to: usize, groups: i32): void {
  for (const end = from + 16 * groups; from < end; from += 16, to += 64) {
    const bytes = v128.load(from);
    const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(to, fraction(i32x4.extend_low_i16x8_u(low)));
    v128.store(to, fraction(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(to, fraction(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(to, fraction(i32x4.extend_high_i16x8_u(high)), 48);
  }
}

// @ts-ignore: decorator
@inline
function fraction(bytes: v128): v128 {
  return f32x4.div(f32x4.convert_i32x4_s(bytes), f32x4.splat(255));
}
