import { describe, expect, it } from 'vitest';
import { ErrorSum, errorsOf } from './errors.js';

const batch = (side: number, value: number, count = 1) => ({
  data: new Uint8Array(count * side * side).fill(value),
  ...{ count, height: side, width: side, channels: 1 },
});

describe('ErrorSum', () => {
  it('weighs every pixel the same, whatever the size of its image', () => {
    const sum = new ErrorSum();
    sum.add(batch(12, 0), batch(12, 51));
    sum.add(batch(20, 255), batch(20, 255));
    const mse = (144 * 0.04) / (144 + 400);
    expect(sum.errors).toMatchObject({ images: 2, mse: expect.closeTo(mse, 12) });
    expect(sum.errors.psnr).toBeCloseTo(-10 * Math.log10(mse), 9);
  });

  it('means SSIM over images', () => {
    const one = errorsOf(batch(12, 0), batch(12, 51)).ssim;
    const sum = new ErrorSum();
    sum.add(batch(12, 0), batch(12, 51));
    sum.add(batch(20, 9), batch(20, 9));
    expect(sum.errors.ssim).toBeCloseTo((one + 1) / 2, 9);
  });

  it('knows no PSNR without errors, and refuses other shapes', () => {
    expect(errorsOf(batch(12, 7, 3), batch(12, 7, 3))).toMatchObject({ images: 3, mse: 0, psnr: null });
    expect(() => errorsOf(batch(12, 7), batch(11, 7))).toThrow(RangeError);
  });
});
