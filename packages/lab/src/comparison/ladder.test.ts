import { describe, expect, it } from 'vitest';
import { LadderWatch, visitOrder } from './ladder.js';
import type { Method } from './result.js';

const method = (id: string): Method => ({
  ...{ id, label: id, family: 'codec', use: 'single', lossless: false, details: '' },
});

const ladder = (id: string, variant: string, length: number) =>
  Array.from({ length }, () => ({ method: method(id), variant, isRung: true }));

/** What is measured of a ladder whose rungs give these PSNRs. */
function measured(psnrs: readonly (number | null)[], low: number, high: number) {
  const rungs = ladder('a', '4:2:0', psnrs.length);
  const watch = new LadderWatch({ low, high });
  const visited: (number | null)[] = [];
  for (const index of visitOrder(rungs)) {
    if (!watch.isNeeded(rungs[index]!, index)) continue;
    visited.push(psnrs[index]!);
    watch.note(rungs[index]!, index, psnrs[index]!);
  }
  return visited.sort((a, b) => (a ?? 999) - (b ?? 999));
}

describe('visitOrder', () => {
  it('takes each ladder from its middle, and what is no ladder as it comes', () => {
    const plain = [0, 1].map(() => ({ method: method('own'), isRung: false }));
    const rungs = [...plain, ...ladder('a', 'x', 4), ...ladder('a', 'y', 3)];
    expect(visitOrder(rungs)).toEqual([0, 1, 4, 3, 2, 5, 7, 6, 8]);
  });
});

describe('LadderWatch', () => {
  const psnrs = [20, 22, 24, 26, 28, 30, 32, 34];

  it('covers the span with one setting beyond each end, wherever it lies', () => {
    expect(measured(psnrs, 25, 29)).toEqual([24, 26, 28, 30]);
    expect(measured(psnrs, 20.5, 23)).toEqual([20, 22, 24, 26, 28]);
    expect(measured(psnrs, 31, 33)).toEqual([28, 30, 32, 34]);
    expect(measured(psnrs, 10, 50)).toEqual(psnrs);
  });

  it('needs nothing finer than what has no error', () => {
    expect(measured([20, 22, null, null], 20, 30)).toEqual([20, 22, null]);
  });

  it('leaves other ladders alone, and what is none', () => {
    const watch = new LadderWatch({ low: 20, high: 30 });
    const [rung] = ladder('a', 'x', 1);
    watch.note(rung!, 0, 40);
    expect(watch.isNeeded(rung!, 1)).toBe(false);
    expect(watch.isNeeded({ ...rung!, variant: 'y' }, 1)).toBe(true);
    expect(watch.isNeeded({ ...rung!, isRung: false }, 1)).toBe(true);
  });
});
