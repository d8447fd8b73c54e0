import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Codec, loadCodec } from '@convae/runtime';
import {
  type Dataset,
  factsOf,
  identityOf,
  type LabelledImages,
  type NamedFile,
  plotPng,
  resolveColours,
  type Tf,
  titled,
  writeFiles,
} from '@convae/train/kit';
import type { AnomalySource } from './anomaly.js';
import { mapSvg } from './map-plot.js';
import { FEATURES_SEED, measureFeatures } from './measure.js';
import { neighboursPng } from './neighbours-picture.js';
import { type FeatureParts, featureParts } from './parts.js';
import { rocPlot } from './roc-plot.js';
import { type Features, featuresFile, MAP_PICTURE, NEIGHBOURS_PICTURE, ROC_PICTURE } from './schema.js';

/** Test images on the map where nobody says another number. */
export const DEFAULT_MAP_IMAGES = 2000;

/** Options of {@link evaluateFeatures}. */
export interface FeaturesOptions {
  readonly tf: Tf;
  readonly bundleDir: string;
  readonly dataset: Omit<Dataset, 'loadTest'>;
  /** The images to measure on; nothing is tuned on them. */
  readonly test: LabelledImages;
  /** Images of another kind, all of the size that the network takes. */
  readonly anomaly?: AnomalySource | undefined;
  /** Where features.json and its pictures go; made where missing. */
  readonly folder: string;
  readonly command: string;
  readonly mapImages?: number | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
}

function collect(
  options: FeaturesOptions,
  codec: Codec,
  { train, validation, test }: FeatureParts,
  measured: Awaited<ReturnType<typeof measureFeatures>>,
): Features {
  const { dataset, command } = options;
  return featuresFile.collect(command, {
    bundle: identityOf(codec.manifest),
    dataset: {
      ...factsOf(dataset),
      trainImages: train.count,
      validationImages: validation.count,
      testImages: test.count,
      classes: train.labels === undefined ? 0 : new Set(train.labels).size,
    },
    ...measured,
  });
}

/** Draws everything before the first file is written. */
async function renderFiles(
  features: Features,
  { train, test }: FeatureParts,
  { classNames }: FeaturesOptions['dataset'],
): Promise<NamedFile[]> {
  const { dataset, retrieval, map, anomaly } = features;
  const title = `Images of ${dataset.name} with the nearest latents`;
  const files: NamedFile[] = [
    [featuresFile.file, `${JSON.stringify(features)}\n`],
    [NEIGHBOURS_PICTURE, await neighboursPng(retrieval, train, test, title)],
  ];
  if (map) files.push([MAP_PICTURE, resolveColours(mapSvg(map, { part: dataset.part, classNames }))]);
  if (anomaly) {
    const heading = `Telling ${anomaly.name} from ${dataset.name} by the reconstruction error`;
    files.push([ROC_PICTURE, await plotPng(titled(rocPlot(anomaly, 420, 420), heading, 14))]);
  }
  return files;
}

/**
 * Measures what the latents of a bundle are good for, and writes features.json and its pictures into a folder.
 *
 * @throws RangeError without any test image; ConvaeError as `loadCodec` and the codec throw them, and `WRITE_FAILED`.
 */
export async function evaluateFeatures(options: FeaturesOptions): Promise<Features> {
  const { tf, test, dataset, anomaly, folder, onProgress = () => {} } = options;
  if (test.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  const parts = featureParts(dataset, test, FEATURES_SEED);
  const codec = await loadCodec(options.bundleDir);
  try {
    const mapImages = options.mapImages ?? DEFAULT_MAP_IMAGES;
    const measured = await measureFeatures({ tf, codec, parts, mapImages, anomaly, onProgress });
    const features = collect(options, codec, parts, measured);
    const files = await renderFiles(features, parts, dataset);
    await writeFiles(folder, files);
    // Pictures of an earlier measurement that this one has not would contradict features.json.
    const written = new Set(files.map(([name]) => name));
    for (const name of [MAP_PICTURE, ROC_PICTURE])
      if (!written.has(name)) await rm(join(folder, name), { force: true });
    return features;
  } finally {
    await codec.dispose();
  }
}
