import { TOTAL } from '../entropy/index.js';
import type { ValueCoder } from './pixel-walker.js';

/**
 * Codes which one of some it is, by weights whose sum is about 32768 (FORMAT.md, "One of some"); returns its index.
 * @param wanted its index where it is written.
 */
export function codeOf(weights: readonly number[], wanted: number, coder: ValueCoder): number {
  const total = weights.reduce((sum, weight) => sum + weight + 1, 0);
  const slot = coder.slot();
  let before = 0;
  for (let i = 0; ; i++) {
    const low = Math.floor((TOTAL * before) / total);
    before += weights[i]! + 1;
    const high = Math.floor((TOTAL * before) / total);
    if (slot < 0 ? i < wanted : slot >= high) continue;
    coder.interval(low, high);
    return i;
  }
}
