import { createRandom, type Tf } from '@convae/train/kit';
import { UMAP } from 'umap-js';
import type { Rows } from './matrix.js';
import { NeighbourIndex } from './neighbours.js';

/** Neighbours of each image that stay near it on the map (McInnes, Healy and Melville, 2018). */
const NEIGHBOURS = 15;
/** Images below which there is too little for a map. */
export const MIN_MAP_IMAGES = 20;

/** Gives each image a place on a plane, such that images near each other there have near latents: [x, y], 0..1. */
export async function mapOf(tf: Tf, rows: Rows, seed: number): Promise<[number, number][]> {
  const k = Math.min(NEIGHBOURS, rows.count - 1);
  const index = new NeighbourIndex(tf, rows);
  const nearest = await index.nearest(rows, k);
  index.dispose();
  const random = createRandom(seed);
  const umap = new UMAP({ nNeighbors: k, minDist: 0.1, random: () => random.uniform() });
  const list = (values: ArrayLike<number>, i: number, size: number): number[] =>
    Array.from({ length: size }, (_, j) => values[i * size + j]!);
  const images = Array.from({ length: rows.count }, (_, i) => i);
  umap.setPrecomputedKNN(
    images.map((i) => list(nearest.positions, i, k)),
    images.map((i) => list(nearest.distances, i, k)),
  );
  return toUnitSquare(umap.fit(images.map((i) => list(rows.data, i, rows.size))));
}

/** Moves and scales places into 0..1 both ways, keeping their proportions. */
function toUnitSquare(places: readonly (readonly number[])[]): [number, number][] {
  const range = (axis: 0 | 1): [number, number] => {
    const values = places.map((place) => place[axis]!);
    return [Math.min(...values), Math.max(...values)];
  };
  const [[left, right], [bottom, top]] = [range(0), range(1)];
  const side = Math.max(right - left, top - bottom) || 1;
  const place = (value: number, low: number, high: number): number =>
    (value - low) / side + (1 - (high - low) / side) / 2;
  return places.map(([x, y]) => [place(x!, left, right), place(y!, bottom, top)]);
}
