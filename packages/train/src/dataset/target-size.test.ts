import { describe, expect, it } from 'vitest';
import { countSizes, planTargetSize } from './target-size.js';

const size = (height: number, width: number, count = 1) => ({ height, width, count });
const MIXED = [size(28, 30, 7), size(32, 29, 2)];

describe('countSizes', () => {
  it('counts, the most frequent first', () => {
    expect(countSizes([size(1, 2), size(3, 4), size(3, 4), size(1, 2, 5)])).toEqual([
      size(1, 2, 6),
      size(3, 4, 2),
    ]);
  });
});

describe('planTargetSize', () => {
  it('keeps one size as it is', () => {
    expect(planTargetSize([size(28, 30, 9)], {})).toEqual({ height: 28, width: 30 });
    expect(planTargetSize([size(28, 32)], { multiple: 4 })).toEqual({ height: 28, width: 32 });
  });

  it('crops several to the smallest sides and pads them to the largest', () => {
    expect(planTargetSize(MIXED, { fit: 'crop' })).toEqual({ height: 28, width: 29 });
    expect(planTargetSize(MIXED, { fit: 'pad' })).toEqual({ height: 32, width: 30 });
  });

  it('refuses several without a fit, lists them with counts and names the flags', () => {
    const plan = () => planTargetSize(MIXED, {});
    expect(plan).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }));
    expect(plan).toThrow(/28×30 \(7\), 32×29 \(2\).*--fit crop.*--fit pad.*--size/);
    expect(() => planTargetSize(MIXED, { fit: 'resize' })).toThrow(/--size/);
    const many = Array.from({ length: 20 }, (_, i) => size(i + 1, 1));
    expect(() => planTargetSize(many, {})).toThrow(/images of 20 sizes.* and 12 more sizes/);
  });

  it('rounds to the multiple: crop down, pad up, resize to the nearest', () => {
    const found = [size(30, 33)];
    expect(planTargetSize(found, { fit: 'crop', multiple: 8 })).toEqual({ height: 24, width: 32 });
    expect(planTargetSize(found, { fit: 'pad', multiple: 8 })).toEqual({ height: 32, width: 40 });
    expect(planTargetSize(found, { fit: 'resize', multiple: 8 })).toEqual({ height: 32, width: 32 });
    expect(() => planTargetSize(found, { multiple: 8 })).toThrow(
      /images are 30×33 pixels.*multiples of 8.*--fit crop \(24×32\).*--fit pad \(32×40\)/,
    );
  });

  it('refuses a size that is no multiple and names the nearest', () => {
    const plan = () => planTargetSize(MIXED, { size: { height: 30, width: 32 }, fit: 'resize', multiple: 4 });
    expect(plan).toThrow(RangeError);
    expect(plan).toThrow('received 30×32: nearest are 28×32 and 32×32');
  });

  it('refuses images that the fit cannot bring to the size', () => {
    const wanted = { height: 30, width: 30 };
    expect(() => planTargetSize(MIXED, { size: wanted, fit: 'crop' })).toThrow(
      /too small to crop.*28×30 \(7\), 32×29/,
    );
    expect(() => planTargetSize(MIXED, { size: wanted, fit: 'pad' })).toThrow(
      /too large to pad.*: 32×29 \(2\)\. Give/,
    );
    expect(() => planTargetSize(MIXED, { size: wanted })).toThrow(/not of this size.*--fit resize/);
    expect(planTargetSize(MIXED, { size: wanted, fit: 'resize' })).toEqual(wanted);
    expect(planTargetSize([size(30, 30)], { size: wanted })).toEqual(wanted);
    // Too small for the smallest multiple: cropping 5 pixels to 8 is impossible.
    expect(() => planTargetSize([size(5, 9)], { fit: 'crop', multiple: 8 })).toThrow(/too small to crop/);
  });
});
