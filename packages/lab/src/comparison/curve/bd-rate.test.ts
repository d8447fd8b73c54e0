import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { bdRate, type RatePoint } from './bd-rate.js';

const points = (bytes: readonly number[], psnrs: readonly number[]): RatePoint[] =>
  bytes.map((each, i) => ({ bytes: each, psnr: psnrs[i]! }));

// A pair of curves that many implementations carry as their example.
const ANCHOR = points([686.76, 309.58, 157.11, 85.95], [40.28, 37.18, 34.24, 31.42]);
const OTHER = points([893.34, 407.8, 204.93, 112.75], [40.39, 37.21, 34.17, 31.24]);

describe('bdRate', () => {
  it.prop([fc.double({ min: 0.05, max: 20, noNaN: true })], { seed: 3 })(
    'is (r − 1) · 100 where rates are r times the anchor’s',
    (r) => {
      const times = ANCHOR.map(({ psnr, bytes }) => ({ psnr, bytes: r * bytes }));
      expect(bdRate(ANCHOR, times).percent).toBeCloseTo((r - 1) * 100, 6);
      expect(bdRate(ANCHOR, times, [34, 36]).percent).toBeCloseTo((r - 1) * 100, 6);
    },
  );

  it('is the mean over the common PSNR where the factor changes: straight lines in the logarithm', () => {
    const anchor = points([100, 100 * Math.E], [20, 30]);
    const test = points([100 * Math.E, 100 * Math.E], [25, 35]);
    // Over 25..30 dB the logarithms differ by 0.5 falling to 0.
    expect(bdRate(anchor, test)).toMatchObject({ from: 25, to: 30 });
    expect(bdRate(anchor, test).percent).toBeCloseTo(100 * (Math.exp(0.25) - 1), 9);
  });

  it('equals what SciPy 1.17 gives with PchipInterpolator and its integrate()', () => {
    expect(bdRate(ANCHOR, OTHER).percent).toBeCloseTo(31.37987820239754, 8);
    expect(bdRate(ANCHOR, OTHER, [33, 38])).toMatchObject({ from: 33, to: 38 });
    expect(bdRate(ANCHOR, OTHER, [33, 38]).percent).toBeCloseTo(31.761053405696217, 8);
  });

  it('takes points in any order, and turns round with its curves', () => {
    const there = bdRate(ANCHOR, OTHER).percent!;
    const back = bdRate([...OTHER].reverse(), ANCHOR).percent!;
    expect((1 + there / 100) * (1 + back / 100)).toBeCloseTo(1, 9);
  });

  it('is null with the reason where curves have no PSNR in common, or a single point', () => {
    const far = OTHER.map(({ psnr, bytes }) => ({ bytes, psnr: psnr + 10 }));
    expect(bdRate(ANCHOR, far)).toEqual({ percent: null, reason: 'less than 0.25 dB in common' });
    expect(bdRate(ANCHOR, OTHER, [41, 50])).toMatchObject({ percent: null });
    expect(bdRate(ANCHOR, OTHER.slice(1, 2))).toEqual({
      percent: null,
      reason: 'a curve needs two points',
    });
  });
});
