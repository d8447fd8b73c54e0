import { firstOfClasses, type LabelledImages, type Tf } from '@convae/train/kit';
import { pickRows } from './matrix.js';
import { NeighbourIndex, type NeighbourScaling, scaledRows } from './neighbours.js';
import type { Representation } from './representation.js';
import type { Retrieval } from './schema.js';

/** Training images shown for each query. */
const RETRIEVED = 8;

/** The number of an image, and its class where there are labels. */
export function labelled(images: LabelledImages, index: number): { index: number; label?: number } {
  const label = images.labels?.[index];
  return label === undefined ? { index } : { index, label };
}

/** Finds the training images whose latents are nearest to those of the first test image of each class. */
export async function retrieve(options: {
  tf: Tf;
  latents: Representation;
  scaling: NeighbourScaling;
  train: LabelledImages;
  test: LabelledImages;
}): Promise<Retrieval> {
  const { tf, latents, scaling, train, test } = options;
  const positions = firstOfClasses(test);
  const scaled = scaledRows(latents, scaling);
  const index = new NeighbourIndex(tf, scaled.train);
  const found = await index.nearest(pickRows(scaled.test, positions), RETRIEVED);
  index.dispose();
  const queries = positions.map((position, i) => ({
    ...labelled(test, position),
    nearest: Array.from({ length: found.k }, (_, n) => ({
      ...labelled(train, found.positions[i * found.k + n]!),
      distance: found.distances[i * found.k + n]!,
    })),
  }));
  return { scaling, queries };
}
