import { createRandom, loadBackend, type Tf } from '@convae/train/kit';
import { beforeAll, describe, expect, it } from 'vitest';
import { pickRows, type Rows, scalingOf, standardise } from './matrix.js';
import { NeighbourIndex, neighbourAccuracy, voteOf } from './neighbours.js';
import { featureParts, samplePositions } from './parts.js';
import { fitPca, pcaErrors, projectPca } from './pca.js';
import { linearProbe, type ProbeResult } from './probe.js';
import type { Representation } from './representation.js';

let tf: Tf;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
});

const random = createRandom(11);

function noiseRows(count: number, size: number): Rows {
  return { data: random.fillNormal(new Float32Array(count * size)), count, size };
}

/** Three clouds in six dimensions, the classes 2, 5 and 7. */
function clouds(count: number): { rows: Rows; labels: Uint8Array } {
  const rows = noiseRows(count, 6);
  const labels = Uint8Array.from({ length: count }, (_, i) => [2, 5, 7][i % 3]!);
  for (let i = 0; i < count; i++) rows.data[i * 6 + (i % 3)]! += 12;
  return { rows, labels };
}

const [train, validation, test] = [clouds(300), clouds(60), clouds(90)];
const representation: Representation = {
  name: 'latents',
  train: train.rows,
  validation: validation.rows,
  test: test.rows,
};
const labels = { train: train.labels, validation: validation.labels, test: test.labels };

describe('linearProbe', () => {
  let result: ProbeResult;
  let left: number;
  beforeAll(async () => {
    const before = tf.memory().numTensors;
    result = await linearProbe(tf, representation, labels);
    left = tf.memory().numTensors - before;
  });

  it('tells clouds apart, and leaves no tensor behind', () => {
    expect(result).toMatchObject({ trainAccuracy: 1, validationAccuracy: 1, testAccuracy: 1 });
    expect(left).toBe(0);
  });

  it('gives the same again whatever the test images are, and counts unknown classes as errors', async () => {
    const other = { ...representation, test: noiseRows(90, 6) };
    const unknown = { ...labels, test: new Uint8Array(90).fill(9) };
    expect(await linearProbe(tf, other, unknown)).toEqual({ ...result, testAccuracy: 0 });
  });

  it('tells nothing from noise', async () => {
    const noise = { ...representation, train: noiseRows(300, 6), test: noiseRows(90, 6) };
    expect((await linearProbe(tf, noise, labels)).testAccuracy).toBeLessThan(0.6);
  });
});

describe('nearest neighbours', () => {
  it('are those that looking at every pair finds', async () => {
    const [rows, queries] = [noiseRows(200, 5), noiseRows(20, 5)];
    const index = new NeighbourIndex(tf, rows);
    const found = await index.nearest(queries, 4);
    index.dispose();
    for (let q = 0; q < 20; q++) {
      const distances = Array.from({ length: 200 }, (_, i) =>
        Math.hypot(...Array.from({ length: 5 }, (_, d) => rows.data[i * 5 + d]! - queries.data[q * 5 + d]!)),
      );
      const expected = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]!).slice(0, 4);
      expect([...found.positions.slice(q * 4, q * 4 + 4)]).toEqual(expected);
      expect(found.distances[q * 4]).toBeCloseTo(distances[expected[0]!]!, 3);
    }
  });

  it('tell clouds apart', async () => {
    expect(await neighbourAccuracy(tf, representation, labels)).toMatchObject({
      validationAccuracy: 1,
      testAccuracy: 1,
      precision: 1,
    });
  });

  it('vote: the commonest class, among equals the nearest', () => {
    expect(voteOf([3, 5, 5], 3)).toBe(5);
    expect(voteOf([3, 5, 5], 2)).toBe(3);
    expect(voteOf([4, 3, 3, 4], 4)).toBe(4);
  });

  it('are all images where fewer are there than asked for', async () => {
    const index = new NeighbourIndex(tf, noiseRows(3, 2));
    expect((await index.nearest(noiseRows(2, 2), 15)).k).toBe(3);
    index.dispose();
  });
});

describe('principal components', () => {
  it('give back what lies in a plane, and miss what does not', async () => {
    const [plane, coordinates] = [noiseRows(2, 8), noiseRows(100, 2)];
    const data = new Float32Array(800).map((_, i) => {
      const [row, d] = [Math.floor(i / 8), i % 8];
      return (
        3 + coordinates.data[row * 2]! * plane.data[d]! + coordinates.data[row * 2 + 1]! * plane.data[8 + d]!
      );
    });
    const rows = { data, count: 100, size: 8 };
    const [two, one] = [await fitPca(tf, rows, 2), await fitPca(tf, rows, 1)];
    expect(Math.max(...(await pcaErrors(tf, rows, two)))).toBeLessThan(1e-6);
    expect(Math.max(...(await pcaErrors(tf, rows, one)))).toBeGreaterThan(0.01);
    const { data: projected, size } = await projectPca(tf, rows, two);
    expect(size).toBe(2);
    const spread = scalingOf({ data: projected, count: 100, size: 2 });
    expect(Math.abs(spread.mean[0]!)).toBeLessThan(1e-4);
    expect(spread.deviation[0]).toBeGreaterThanOrEqual(spread.deviation[1]!);
  });

  it('are refused for large images', async () => {
    const large = { data: new Float32Array(5000), count: 1, size: 5000 };
    await expect(fitPca(tf, large, 2)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('standardise', () => {
  it('gives mean 0 and deviation 1, and leaves constants finite', () => {
    const data = Float32Array.from([1, 5, 7, 5, 4, 5]);
    const rows = { data, count: 3, size: 2 };
    const scaled = standardise(rows, scalingOf(rows));
    const { mean, deviation } = scalingOf(scaled);
    expect(mean[0]).toBeCloseTo(0, 6);
    expect(deviation[0]).toBeCloseTo(1, 6);
    expect([...pickRows(scaled, [0, 2]).data].filter((_, i) => i % 2 === 1)).toEqual([0, 0]);
  });
});

describe('featureParts', () => {
  const numbered = (count: number, from: number) => ({
    data: Uint8Array.from({ length: count }, (_, i) => from + i),
    count,
    height: 1,
    width: 1,
    channels: 1,
  });

  it('takes the validation images to choose settings, unless they are what is measured', () => {
    const dataset = { train: numbered(40, 0), validation: numbered(10, 100) };
    const apart = featureParts({ ...dataset, testIsValidation: false }, numbered(5, 200), 1);
    expect([apart.train.count, apart.validation.data[0]]).toEqual([40, 100]);
    const same = featureParts({ ...dataset, testIsValidation: true }, dataset.validation, 1);
    const used = [...same.train.data, ...same.validation.data].sort((a, b) => a - b);
    expect(used).toEqual([...dataset.train.data]);
    expect(same.validation.count).toBeGreaterThan(0);
    expect(same.test).toBe(dataset.validation);
  });

  it('samples positions: seeded, ascending, each once', () => {
    const positions = samplePositions(100, 30, 7);
    expect(positions).toEqual(samplePositions(100, 30, 7));
    expect(new Set(positions).size).toBe(30);
    expect([...positions]).toEqual([...positions].sort((a, b) => a - b));
    expect(samplePositions(5, 30, 7)).toEqual(Uint32Array.from([0, 1, 2, 3, 4]));
  });
});
