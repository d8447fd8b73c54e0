import type { Codec, ImageBatch } from '@convae/runtime';
import { median } from '@convae/runtime/core';
import { inBatches, type Tf } from '@convae/train/kit';
import type { Rows } from './matrix.js';
import { type Pca, pcaErrors } from './pca.js';
import { pixelRows } from './representation.js';
import { rocOf } from './roc.js';
import type { Anomaly } from './schema.js';

/** Images scored in one call. */
const BATCH = 1000;

/** Another data set, whose images count as anomalies. */
export interface AnomalySource {
  readonly name: string;
  readonly source: string;
  readonly images: ImageBatch;
}

async function scores(codec: Codec, images: ImageBatch): Promise<Float64Array> {
  const all = new Float64Array(images.count);
  let start = 0;
  for (const batch of inBatches(images, BATCH)) {
    all.set(await codec.score(batch), start);
    start += batch.count;
  }
  return all;
}

const curveOf = (
  score: Anomaly['curves'][number]['score'],
  normal: Float64Array,
  anomalous: Float64Array,
) => ({ score, ...rocOf(normal, anomalous) });

/** Mean of each pixel over the training images. */
function meanImage({ data, count, size }: Rows): Float32Array {
  const sums = new Float64Array(size);
  for (let i = 0; i < data.length; i++) sums[i % size]! += data[i]!;
  return Float32Array.from(sums, (sum) => sum / count);
}

/**
 * Scores the test images and those of another data set by the codec's error, and compares how well this and two
 * plain scores tell them apart. Nothing is fitted to the anomalies.
 */
export async function measureAnomalies(options: {
  tf: Tf;
  codec: Codec;
  test: ImageBatch;
  train: Rows;
  pca: Pca | undefined;
  anomaly: AnomalySource;
}): Promise<Anomaly> {
  const { tf, codec, test, train, pca, anomaly } = options;
  const [normal, anomalous] = [await scores(codec, test), await scores(codec, anomaly.images)];
  const curves = [curveOf('codec', normal, anomalous)];
  const [rows, others] = [pixelRows(test), pixelRows(anomaly.images)];
  if (others.size === train.size && rows.size === train.size) {
    if (pca) curves.push(curveOf('pca', await pcaErrors(tf, rows, pca), await pcaErrors(tf, others, pca)));
    const mean = { mean: meanImage(train) };
    curves.push(curveOf('mean', await pcaErrors(tf, rows, mean), await pcaErrors(tf, others, mean)));
  }
  return {
    name: anomaly.name,
    source: anomaly.source,
    normalImages: test.count,
    anomalousImages: anomaly.images.count,
    normalMedian: median(normal)!,
    anomalousMedian: median(anomalous)!,
    curves,
  };
}
