import { join } from 'node:path';
import {
  addDataFlags,
  columns,
  commandLine,
  datasetOf,
  type Evaluation,
  loadBackend,
  openDataset,
  readingDisplay,
  renewReport,
} from '@convae/train/kit';
import { type Command, InvalidArgumentError } from 'commander';
import { dataFlagsOf, openTarget, type Target } from '../target.js';
import {
  type AnomalySource,
  DEFAULT_MAP_IMAGES,
  evaluateFeatures,
  type Features,
  REPRESENTATION_TITLES,
} from './index.js';

interface FeaturesFlags {
  readonly anomaly?: string;
  readonly map: number;
  readonly out?: string;
}

const HOW_TO_ANOMALY =
  'No anomaly scores: --anomaly idx:DIR takes another IDX data set (such as Fashion-MNIST), whose images should score above these.';

function mapCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,6}$/.test(text) && count <= 20_000) return count;
  throw new InvalidArgumentError('expected an integer in 0..20000.');
}

/** All images of another data set, of the size and channels of these. */
async function openAnomalies(
  source: string,
  { height, width, channels }: { height: number; width: number; channels: number },
): Promise<AnomalySource> {
  const size = { height, width };
  const like = { size, channels: channels === 3 ? 3 : 1, fit: 'resize' } as const;
  const dataset = await openDataset(source, { ...like, onProgress: readingDisplay() });
  const images = dataset.testIsValidation ? dataset.train : await dataset.loadTest();
  return { name: dataset.name, source, images };
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

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

const folderOf = ({ runDir, title }: Target, out: string | undefined): string =>
  out ?? runDir ?? join('runs', title);

async function featuresCommand(
  folder: string,
  command: Command,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const flags = command.opts<FeaturesFlags>();
  const target = await openTarget(folder);
  const tf = await loadBackend('tensorflow');
  const dataset = await datasetOf(dataFlagsOf(command, target), undefined, readingDisplay());
  const anomaly = flags.anomaly === undefined ? undefined : await openAnomalies(flags.anomaly, dataset.train);
  const out = folderOf(target, flags.out);
  const features = await evaluateFeatures({
    tf,
    bundleDir: target.bundleDir,
    dataset,
    test: await dataset.loadTest(),
    anomaly,
    folder: out,
    command: commandLine(),
    mapImages: flags.map,
    onProgress: (line) => console.error(line),
  });
  const inReport = await renewReport(out, evaluations);
  const report = inReport ? `, and in ${join(out, 'report.html')}` : '';
  console.log(`${featuresTable(features)}\n\nWritten to ${out}: features.json and its pictures${report}`);
}

/** Add `features`. */
export function addFeaturesCommand(program: Command, evaluations: readonly Evaluation[]): void {
  addDataFlags(
    program
      .command('features')
      .description('measure what the latents are good for: classes, similar images, a map, anomalies')
      .argument('<folder>', 'a run or a bundle'),
  )
    .option('--anomaly <source>', 'another data set (idx:DIR, images:DIR), whose images count as anomalies')
    .option('--map <n>', 'test images on the map', mapCount, DEFAULT_MAP_IMAGES)
    .option('--out <dir>', 'folder for features.json and the pictures; default: the run, or runs/BUNDLE')
    .action((folder: string, _flags: unknown, command: Command) =>
      featuresCommand(folder, command, evaluations),
    );
}
