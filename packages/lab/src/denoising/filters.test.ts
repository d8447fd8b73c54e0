import { createRandom } from '@convae/train/kit';
import { describe, expect, it } from 'vitest';
import { FILTER_NAMES, FILTERS, filterImages } from './candidates.js';
import { gaussianFilter, medianFilter, nonLocalMeans, type Plane, totalVariation } from './filters.js';
import { tuneFilters } from './measure.js';
import { noisyImages } from './noisy.js';

const HEIGHT = 12;
const WIDTH = 14;

const planeOf = (value: (y: number, x: number) => number): Plane => ({
  data: Float64Array.from({ length: HEIGHT * WIDTH }, (_, i) => value(Math.floor(i / WIDTH), i % WIDTH)),
  height: HEIGHT,
  width: WIDTH,
});
/** Dark left, bright right. */
const edge = planeOf((_, x) => (x < WIDTH / 2 ? 0.2 : 0.8));

function noisy(plane: Plane, level: number): Plane {
  const random = createRandom(5);
  return { ...plane, data: plane.data.map((value) => value + level * random.normal()) };
}

const errorOf = (data: Float64Array, { data: clean }: Plane): number =>
  data.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2, 0) / data.length;

/** Half the squared difference plus weight times the sum of the lengths of the gradients. */
function tvObjective(u: Float64Array, { data }: Plane, weight: number): number {
  return u.reduce((sum, value, i) => {
    const gx = (i + 1) % WIDTH === 0 ? 0 : u[i + 1]! - value;
    const gy = i + WIDTH >= u.length ? 0 : u[i + WIDTH]! - value;
    return sum + (value - data[i]!) ** 2 / 2 + weight * Math.hypot(gx, gy);
  }, 0);
}

describe('filters', () => {
  it.each(FILTER_NAMES)(
    '%s leaves an even image alone and brings a noisy edge nearer to the clean one',
    (name) => {
      const { candidates, apply } = FILTERS[name];
      const even = planeOf(() => 0.3);
      const rough = noisy(edge, 0.15);
      const errors = candidates(0.15).map((settings) => {
        for (const value of apply(even, settings)) expect(value).toBeCloseTo(0.3, 10);
        return errorOf(apply(rough, settings), edge);
      });
      expect(Math.min(...errors)).toBeLessThan(0.7 * errorOf(rough.data, edge));
    },
  );

  it('median takes the middle value, border pixels repeated', () => {
    const plane = planeOf((y, x) => y * WIDTH + x);
    const filtered = medianFilter(plane, { side: 3 });
    expect(filtered[WIDTH + 1]).toBe(WIDTH + 1);
    // Around the corner: 0 four times, 1 twice, WIDTH twice, WIDTH + 1.
    expect(filtered[0]).toBe(1);
    const speck = planeOf((y, x) => (y === 5 && x === 5 ? 1 : 0));
    expect(Math.max(...medianFilter(speck, { side: 3 }))).toBe(0);
  });

  it('Gaussian spreads a point as the normal density does', () => {
    const point = planeOf((y, x) => (y === 6 && x === 7 ? 1 : 0));
    const blurred = gaussianFilter(point, { sigma: 1 });
    const at = (y: number, x: number): number => blurred[y * WIDTH + x]!;
    expect(at(6, 8) / at(6, 7)).toBeCloseTo(Math.exp(-0.5), 10);
    expect(at(8, 8) / at(6, 7)).toBeCloseTo(Math.exp(-2.5), 10);
    expect(blurred.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
  });

  it('non-local means is what plain loops over pixels and patches give', () => {
    const plane = noisy(edge, 0.1);
    const [h, patch, sigma, y0, x0] = [0.12, 3, 0.05, 4, 0];
    const pixel = (y: number, x: number): number =>
      plane.data[Math.min(Math.max(y, 0), HEIGHT - 1) * WIDTH + Math.min(Math.max(x, 0), WIDTH - 1)]!;
    let [sum, weights] = [0, 0];
    for (let dy = -7; dy <= 7; dy++) {
      for (let dx = -7; dx <= 7; dx++) {
        let squares = 0;
        for (let py = -1; py <= 1; py++)
          for (let px = -1; px <= 1; px++)
            squares += (pixel(y0 + py, x0 + px) - pixel(y0 + dy + py, x0 + dx + px)) ** 2;
        const weight = Math.exp(-Math.max(squares / 9 - 2 * sigma ** 2, 0) / h ** 2);
        sum += weight * pixel(y0 + dy, x0 + dx);
        weights += weight;
      }
    }
    expect(nonLocalMeans(plane, { h, patch, sigma })[y0 * WIDTH + x0]).toBeCloseTo(sum / weights, 12);
  });

  it('total variation is lower in its objective than the image and than what is near it', () => {
    const plane = noisy(edge, 0.1);
    const weight = 0.1;
    const solved = totalVariation(plane, { weight });
    const reached = tvObjective(solved, plane, weight);
    expect(reached).toBeLessThan(tvObjective(plane.data, plane, weight));
    const random = createRandom(9);
    for (let i = 0; i < 20; i++) {
      const other = solved.map((value) => value + 0.03 * random.normal());
      expect(reached).toBeLessThan(tvObjective(other, plane, weight));
    }
  });
});

describe('tuned filters', () => {
  const random = createRandom(4);
  const data = Uint8Array.from(
    { length: 2 * 12 * 12 * 3 },
    (_, i) => (Math.floor(i / 18) % 2) * 180 + random.below(20),
  );
  const images = { data, count: 2, height: 12, width: 12, channels: 3 };

  it('have the candidate with the least error under noise of the level', () => {
    const noise = noisyImages(images, { kind: 'gaussian', level: 0.3, seed: 2, batch: 0 });
    const sum = (output: Uint8Array): number =>
      output.reduce((s, value, i) => s + (value - data[i]!) ** 2, 0);
    const { settings } = tuneFilters(images, 'gaussian', 0.3).find(({ filter }) => filter === 'gaussian')!;
    const errors = FILTERS.gaussian
      .candidates(0.3)
      .map((candidate) => sum(filterImages(noise, 'gaussian', candidate).data));
    expect(sum(filterImages(noise, 'gaussian', settings).data)).toBe(Math.min(...errors));
  });

  it('treat every channel by itself', () => {
    const grey = { ...images, data: data.filter((_, i) => i % 3 === 1), channels: 1 };
    const filtered = filterImages(images, 'total-variation', { weight: 0.2 }).data.filter(
      (_, i) => i % 3 === 1,
    );
    expect(filtered).toEqual(filterImages(grey, 'total-variation', { weight: 0.2 }).data);
  });
});
