import { describe, expect, it } from 'vitest';
import { psnrList, psnrRange } from './decibel-flags.js';

describe('decibels on the command line', () => {
  it('are a list of ascending ones', () => {
    expect(psnrList('24.7,26.9,28')).toEqual([24.7, 26.9, 28]);
    expect(psnrList('30')).toEqual([30]);
    for (const wrong of ['', '26,24', '24,24', '24;26', 'x', '1e3', '-3', '24,', '24..26'])
      expect(() => psnrList(wrong), wrong).toThrow(`received ${wrong}.`);
  });

  it('are a range of two', () => {
    expect(psnrRange('28..36')).toEqual([28, 36]);
    for (const wrong of ['28', '36..28', '28..30..36', '28,36', '..36'])
      expect(() => psnrRange(wrong), wrong).toThrow('expected decibels such as 28..36');
  });
});
