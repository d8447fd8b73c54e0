import { describe, expect, it } from 'vitest';
import type { BundleFolder } from './bundles/find.js';
import { chooseRows, wantedSpan } from './psnr-rows.js';

const bundle = (...psnrs: readonly (number | null)[]) => {
  const rates = psnrs.map((validationPsnr, quality) => ({
    quality,
    validationPsnr,
    validationBytesPerImage: 1,
  }));
  return { manifest: { rates } as unknown as BundleFolder['manifest'] };
};

describe('the rows of the tables', () => {
  it('are spread over what the bundles reach, in halves', () => {
    expect(chooseRows([bundle(20.1, 22.4), bundle(27.9, null)])).toEqual([20, 22, 24, 26, 28]);
    expect(chooseRows([bundle(25.1)])).toEqual([25]);
  });

  it('are usual ones where no bundle says anything', () => {
    expect(chooseRows([])).toEqual([24, 26, 28, 30, 32]);
  });
});

describe('wantedSpan', () => {
  it('reaches from the lowest that is asked for to beyond the highest', () => {
    expect(wantedSpan([24, 28], [bundle(22, 30)])).toEqual({ low: 22, high: 31 });
    expect(wantedSpan([24, 28], [])).toEqual({ low: 24, high: 29 });
  });
});
