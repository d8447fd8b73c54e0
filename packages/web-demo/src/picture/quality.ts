/** The mean squared error of two images of one size, uint8; 0..1 (pixels 0..1). */
export function meanSquaredError(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`expected ${a.length} pixels for b, received ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / (a.length * 255 * 255);
}

/** Peak signal-to-noise ratio, decibels; Infinity where the images are the same. */
export function psnrOf(a: Uint8Array, b: Uint8Array): number {
  return -10 * Math.log10(meanSquaredError(a, b));
}
