const TOP = 2 ** 48;
const BOTTOM = 2 ** 32;

/**
 * The number in [low, low + range) that ends in the most zero bytes; it may equal 2^48 (a carry).
 * range ≥ 2^32 holds a multiple of 2^32, so at most two bytes of it are not zero.
 */
export function shortestPoint(low: number, range: number): number {
  for (const unit of [TOP, TOP / 2 ** 8]) {
    const point = Math.ceil(low / unit) * unit;
    if (point < low + range) return point;
  }
  return Math.ceil(low / BOTTOM) * BOTTOM;
}
