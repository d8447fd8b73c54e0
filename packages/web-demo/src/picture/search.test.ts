import { describe, expect, it } from 'vitest';
import { lowestReaching } from './search.js';

/** An encoder whose PSNR is 20 dB at 0 and 40 dB at 1. */
const encoder = () => {
  const tried: number[] = [];
  const at = async (setting: number) => {
    tried.push(setting);
    return { psnr: 20 + 20 * setting, setting };
  };
  return { tried, at };
};

describe('lowestReaching', () => {
  it.each([
    [20, 0],
    [25, 0.25],
    [25.1, 0.26],
    [39.9, 1],
    [40, 1],
  ])('takes the lowest setting with at least %d dB', async (psnr, setting) => {
    expect((await lowestReaching(encoder().at, psnr))?.setting).toBe(setting);
  });

  it('takes the highest setting where none reaches it', async () => {
    expect(await lowestReaching(encoder().at, Number.POSITIVE_INFINITY)).toEqual({ psnr: 40, setting: 1 });
  });

  it('asks few times, and no more where nothing comes out', async () => {
    const { tried, at } = encoder();
    await lowestReaching(at, 33.3);
    expect(tried.length).toBeLessThan(9);
    let calls = 0;
    const nothing = async () => {
      calls += 1;
      return undefined;
    };
    expect(await lowestReaching(nothing, 30)).toBeUndefined();
    expect(calls).toBe(1);
  });
});
