import { createRandom } from '@convae/train/kit';
import { describe, expect, it } from 'vitest';
import { MAX_ROC_POINTS, rocOf } from './roc.js';

/** By definition: the share of pairs in which the anomaly scores higher, ties counting half. */
function pairs(normal: Float64Array, anomalous: Float64Array): number {
  let sum = 0;
  for (const a of anomalous) for (const n of normal) sum += a > n ? 1 : a === n ? 0.5 : 0;
  return sum / normal.length / anomalous.length;
}

describe('rocOf', () => {
  it('gives the area that counting all pairs gives, with and without ties', () => {
    for (const levels of [4, 1e6]) {
      const random = createRandom(3, levels);
      const draw = (count: number, shift: number): Float64Array =>
        Float64Array.from({ length: count }, () => Math.floor(random.uniform() * levels + shift * levels));
      const [normal, anomalous] = [draw(300, 0), draw(200, 0.3)];
      const { auc, points } = rocOf(normal, anomalous);
      expect(auc).toBeCloseTo(pairs(normal, anomalous), 12);
      expect(points.length).toBeLessThanOrEqual(MAX_ROC_POINTS);
      expect([points[0], points.at(-1)]).toEqual([
        [0, 0],
        [1, 1],
      ]);
    }
  });

  it('is 1 where all anomalies score above, 0 where all score below, a half where nothing differs', () => {
    const [low, high] = [new Float64Array([1, 2]), new Float64Array([3, 4, 5])];
    expect(rocOf(low, high)).toMatchObject({ auc: 1, foundAt5Percent: 1 });
    expect(rocOf(high, low)).toMatchObject({ auc: 0, foundAt5Percent: 0 });
    expect(rocOf(low, low).auc).toBe(0.5);
  });

  it('refuses to compare with nothing', () => {
    expect(() => rocOf(new Float64Array(0), new Float64Array([1]))).toThrow(RangeError);
  });
});
