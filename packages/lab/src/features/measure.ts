import type { Codec } from '@convae/runtime';
import type { Tf } from '@convae/train/kit';
import { type AnomalySource, measureAnomalies } from './anomaly.js';
import { MIN_MAP_IMAGES, mapOf } from './embedding.js';
import { pickRows, type Rows } from './matrix.js';
import { type NeighbourScaling, neighbourAccuracy, scaledRows } from './neighbours.js';
import { type FeatureParts, samplePositions } from './parts.js';
import { fitPca, MAX_PCA_SIZE, projectPca } from './pca.js';
import { type Labels, linearProbe } from './probe.js';
import { latentRows, pixelRows, type Representation } from './representation.js';
import { labelled, retrieve } from './retrieval.js';
import type { Features, MapPoints } from './schema.js';

/** Seed of every random choice here. */
export const FEATURES_SEED = 1;

/** What is measured. */
export interface FeatureInputs {
  readonly tf: Tf;
  readonly codec: Codec;
  readonly parts: FeatureParts;
  /** Test images on the map. */
  readonly mapImages: number;
  readonly anomaly?: AnomalySource | undefined;
  readonly onProgress: (line: string) => void;
}

type Measured = Pick<Features, 'probes' | 'neighbours' | 'retrieval' | 'map' | 'anomaly'>;

/** The numbers of the three parts, each found in the same way. */
async function representation<T>(
  name: Representation['name'],
  { train, validation, test }: Readonly<Record<'train' | 'validation' | 'test', T>>,
  rows: (part: T) => Rows | Promise<Rows>,
): Promise<Representation> {
  return { name, train: await rows(train), validation: await rows(validation), test: await rows(test) };
}

function labelsOf({ train, validation, test }: FeatureParts): Labels | undefined {
  if (!train.labels || !validation.labels || !test.labels) return undefined;
  return { train: train.labels, validation: validation.labels, test: test.labels };
}

/** Both classifiers on every representation. */
async function classify(
  { tf, onProgress }: FeatureInputs,
  representations: readonly Representation[],
  labels: Labels,
): Promise<Required<Pick<Measured, 'probes' | 'neighbours'>>> {
  const probes: NonNullable<Features['probes']> = [];
  const neighbours: NonNullable<Features['neighbours']> = [];
  for (const representation of representations) {
    const about = { representation: representation.name, size: representation.train.size };
    onProgress(`linear probe on ${about.size} numbers an image (${about.representation})`);
    probes.push({ ...about, ...(await linearProbe(tf, representation, labels)) });
    onProgress(`nearest neighbours on ${about.size} numbers an image (${about.representation})`);
    neighbours.push({ ...about, ...(await neighbourAccuracy(tf, representation, labels)) });
  }
  return { probes, neighbours };
}

async function measureMap(
  { tf, parts, mapImages, onProgress }: FeatureInputs,
  latents: Representation,
  scaling: NeighbourScaling,
): Promise<MapPoints | undefined> {
  const { test } = parts;
  const positions = samplePositions(test.count, mapImages, FEATURES_SEED);
  if (positions.length < MIN_MAP_IMAGES) return undefined;
  onProgress(`map of ${positions.length} images`);
  const rows = pickRows(scaledRows(latents, scaling).test, positions);
  const places = await mapOf(tf, rows, FEATURES_SEED);
  const points = places.map(([x, y], i) => {
    return { ...labelled(test, positions[i]!), x: rounded(x), y: rounded(y) };
  });
  return { method: 'umap', seed: FEATURES_SEED, points };
}

/** Four digits are a fifteenth of a pixel of the map. */
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/**
 * Measures what the latents of a codec are good for: telling classes, finding similar images, a map, and anomalies.
 * Settings are chosen on the validation images; the test images measure.
 */
export async function measureFeatures(inputs: FeatureInputs): Promise<Measured> {
  const { tf, codec, parts, anomaly, onProgress } = inputs;
  onProgress('latents of all images');
  const latents = await representation('latents', parts, (images) => latentRows(codec, images));
  const pixels = await representation('pixels', parts, pixelRows);
  const labels = labelsOf(parts);
  // Only classifiers and anomaly scores look at them.
  const wanted = (labels || anomaly) && pixels.train.size <= MAX_PCA_SIZE;
  if (wanted) onProgress('principal components of the pixels');
  const pca = wanted ? await fitPca(tf, pixels.train, latents.train.size) : undefined;
  // All components give every image back: their error tells nothing.
  const lossy = pca && pca.components < pixels.train.size ? pca : undefined;
  const projected = pca && (await representation('pca', pixels, (rows) => projectPca(tf, rows, pca)));
  const representations = [latents, pixels, ...(projected ? [projected] : [])];
  const classified = labels && (await classify(inputs, representations, labels));
  const scaling = classified?.neighbours?.[0]?.scaling ?? 'none';
  const map = await measureMap(inputs, latents, scaling);
  const about = { tf, codec, test: parts.test, train: pixels.train, pca: lossy };
  if (anomaly) onProgress(`anomaly scores of ${anomaly.images.count} images of ${anomaly.name}`);
  return {
    ...classified,
    retrieval: await retrieve({ tf, latents, scaling, train: parts.train, test: parts.test }),
    ...(map ? { map } : {}),
    ...(anomaly ? { anomaly: await measureAnomalies({ ...about, anomaly }) } : {}),
  };
}
