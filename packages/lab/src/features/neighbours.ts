import type { Tf } from '@convae/train/kit';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { type Rows, scalingOf, sliceRows, standardise } from './matrix.js';
import type { Labels } from './probe.js';
import type { Representation } from './representation.js';
import type { Features } from './schema.js';

/** Numbers of neighbours among which the validation images choose. */
const NEIGHBOUR_COUNTS = [1, 3, 5, 9, 15] as const;
/** Neighbours whose classes are compared with the image's own. */
const PRECISION_NEIGHBOURS = 10;
/** Most neighbours that anything here asks for. */
const MOST = 15;
/** Most distances held at once. */
const MAX_DISTANCES = 1 << 24;

/** The nearest training images of each image, nearest first. */
export interface Nearest {
  readonly k: number;
  /** uint32, count × k. */
  readonly positions: Uint32Array;
  /** float32, count × k: Euclidean. */
  readonly distances: Float32Array;
}

/** How the numbers are scaled before distances are taken. */
export type NeighbourScaling = 'none' | 'standardised';

/** How well the nearest training images tell the class. */
export type NeighbourResult = Omit<NonNullable<Features['neighbours']>[number], 'representation' | 'size'>;

/** Training images, ready to be searched: exact, by Euclidean distance. */
export class NeighbourIndex {
  readonly #tf: Tf;
  readonly #data: Tensor2D;
  readonly #squares: Tensor1D;
  readonly #count: number;

  constructor(tf: Tf, { data, count, size }: Rows) {
    this.#tf = tf;
    this.#count = count;
    this.#data = tf.tensor2d(data, [count, size]);
    this.#squares = tf.tidy(() => tf.sum(tf.square(this.#data), 1));
  }

  /** The `k` nearest training images of each image. */
  async nearest(queries: Rows, k: number): Promise<Nearest> {
    const kept = Math.min(k, this.#count);
    const positions = new Uint32Array(queries.count * kept);
    const distances = new Float32Array(queries.count * kept);
    const step = Math.max(1, Math.floor(MAX_DISTANCES / this.#count));
    for (let start = 0; start < queries.count; start += step) {
      const part = sliceRows(queries, start, Math.min(queries.count, start + step));
      const found = await this.#search(part, kept);
      positions.set(found.indices, start * kept);
      distances.set(found.distances, start * kept);
    }
    return { k: kept, positions, distances };
  }

  async #search({ data, count, size }: Rows, k: number) {
    const tf = this.#tf;
    const { values, indices } = tf.tidy(() => {
      const queries = tf.tensor2d(data, [count, size]);
      const products = tf.matMul(queries, this.#data, false, true);
      const nearness = tf.sub(tf.mul(products, 2), this.#squares);
      const top = tf.topk(nearness, k, true);
      const own = tf.sum(tf.square(queries), 1, true);
      return { indices: top.indices, values: tf.sqrt(tf.relu(tf.sub(own, top.values))) };
    });
    const result = { indices: await indices.data(), distances: (await values.data()) as Float32Array };
    tf.dispose([values, indices]);
    return result;
  }

  dispose(): void {
    this.#tf.dispose([this.#data, this.#squares]);
  }
}

/** The commonest class of the first k neighbours; among equally common ones that of the nearest. */
export function voteOf(labels: readonly number[], k: number): number {
  const votes = new Map<number, number>();
  for (const label of labels.slice(0, k)) votes.set(label, (votes.get(label) ?? 0) + 1);
  const most = Math.max(...votes.values());
  return labels.find((label) => votes.get(label) === most)!;
}

/** Classes of the neighbours of each image. */
function neighbourLabels({ k, positions }: Nearest, labels: Uint8Array): number[][] {
  return Array.from({ length: positions.length / k }, (_, i) =>
    Array.from(positions.subarray(i * k, (i + 1) * k), (position) => labels[position]!),
  );
}

function accuracy(neighbours: readonly number[][], k: number, labels: Uint8Array): number {
  const right = neighbours.filter((found, i) => voteOf(found, k) === labels[i]).length;
  return right / neighbours.length;
}

function precision(neighbours: readonly number[][], labels: Uint8Array): number {
  const shares = neighbours.map((found, i) => {
    const first = found.slice(0, PRECISION_NEIGHBOURS);
    return first.filter((label) => label === labels[i]).length / first.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** The rows of a representation on one scale. */
export function scaledRows(representation: Representation, scaling: NeighbourScaling): Representation {
  if (scaling === 'none') return representation;
  const { name, train, validation, test } = representation;
  const found = scalingOf(train);
  const scaled = (rows: Rows): Rows => standardise(rows, found);
  return { name, train: scaled(train), validation: scaled(validation), test: scaled(test) };
}

async function validationChoice(tf: Tf, representation: Representation, labels: Labels) {
  let best = { scaling: 'none' as NeighbourScaling, k: 1, validationAccuracy: -1 };
  for (const scaling of ['none', 'standardised'] as const) {
    const { train, validation } = scaledRows(representation, scaling);
    const index = new NeighbourIndex(tf, train);
    const found = neighbourLabels(await index.nearest(validation, MOST), labels.train);
    index.dispose();
    for (const k of NEIGHBOUR_COUNTS) {
      const validationAccuracy = accuracy(found, k, labels.validation);
      if (validationAccuracy > best.validationAccuracy) best = { scaling, k, validationAccuracy };
    }
  }
  return best;
}

/**
 * Classifies the test images by the vote of their nearest training images. The number of neighbours and the scale of
 * the numbers are chosen on the validation images.
 */
export async function neighbourAccuracy(
  tf: Tf,
  representation: Representation,
  labels: Labels,
): Promise<NeighbourResult> {
  const { scaling, k, validationAccuracy } = await validationChoice(tf, representation, labels);
  const { train, test } = scaledRows(representation, scaling);
  const index = new NeighbourIndex(tf, train);
  const found = neighbourLabels(await index.nearest(test, MOST), labels.train);
  index.dispose();
  return {
    scaling,
    k,
    validationAccuracy,
    testAccuracy: accuracy(found, k, labels.test),
    precision: precision(found, labels.test),
  };
}
