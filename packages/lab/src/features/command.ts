import type { ImageChannels } from '@convae/runtime/core';
import { columns, loadBackend, openDataset, readingDisplay } from '@convae/train/kit';
import { integerIn, type MeasuringCommand } from '../evaluation/command.js';
import type { AnomalySource } from './anomaly.js';
import { DEFAULT_MAP_IMAGES, evaluateFeatures } from './evaluate.js';
import { type Features, percent, REPRESENTATION_TITLES } from './schema.js';

interface FeaturesFlags {
  readonly anomaly?: string;
  readonly map: number;
}

const HOW_TO_ANOMALY =
  'No anomaly scores: --anomaly idx:DIR takes another IDX data set (such as Fashion-MNIST), whose images should score above these.';

/** All images of another data set, of the size and channels of these. */
async function openAnomalies(
  source: string,
  { height, width, channels }: { height: number; width: number; channels: number },
): Promise<AnomalySource> {
  const size = { height, width };
  const like = { size, channels: channels as ImageChannels, fit: 'resize' } as const;
  const dataset = await openDataset(source, { ...like, onProgress: readingDisplay() });
  const images = dataset.testIsValidation ? dataset.train : await dataset.loadTest();
  return { name: dataset.name, source, images };
}

/** The figures as a table for the terminal. */
function featuresTable({ probes = [], neighbours = [], anomaly }: Features): string {
  const rows = probes.map(({ representation, size, testAccuracy }, i) => [
    REPRESENTATION_TITLES[representation],
    String(size),
    percent(testAccuracy),
    percent(neighbours[i]!.testAccuracy),
    percent(neighbours[i]!.precision),
  ]);
  const head = ['', 'numbers', 'linear probe', 'nearest neighbours', 'same class in 10'];
  const classes = rows.length === 0 ? 'No labels: no classifiers.' : columns([head, ...rows]);
  const curves = anomaly?.curves.map(({ score, auc, foundAt5Percent }) => [
    score,
    auc.toFixed(4),
    percent(foundAt5Percent),
  ]);
  const scores =
    anomaly && curves
      ? `${anomaly.name} as anomalies:\n${columns([['score', 'AUC', 'found at 5% flagged'], ...curves])}`
      : HOW_TO_ANOMALY;
  return `${classes}\n\n${scores}`;
}

export const featuresCommand: MeasuringCommand<FeaturesFlags, Features> = {
  name: 'features',
  description: 'measure what the latents are good for: classes, similar images, a map, anomalies',
  argument: '<folder>',
  written: 'features.json and its pictures',
  addFlags: (command) =>
    command
      .option('--anomaly <source>', 'another data set (idx:DIR, images:DIR), whose images count as anomalies')
      .option('--map <n>', 'test images on the map', integerIn(0, 20_000), DEFAULT_MAP_IMAGES),
  measure: async ({ targets, folders, flags, dataset, ...inputs }) =>
    evaluateFeatures({
      ...inputs,
      dataset,
      tf: await loadBackend('tensorflow'),
      bundleDir: targets[0]!.bundleDir,
      folder: folders[0]!,
      anomaly: flags.anomaly === undefined ? undefined : await openAnomalies(flags.anomaly, dataset.train),
      mapImages: flags.map,
    }),
  text: featuresTable,
};
