import { join } from 'node:path';
import {
  addDataFlags,
  commandLine,
  type DataFlags,
  type Dataset,
  datasetOf,
  type Evaluation,
  REPORT_FILE,
} from '@convae/train/kit';
import type { Command } from 'commander';
import { chooseBundles } from './bundles/find.js';
import { comparisonFolder } from './find-result.js';
import { comparisonDisplay } from './progress.js';
import { refreshReports } from './refresh.js';
import { compareCodecs } from './run.js';
import { shortTable } from './table/markdown.js';
import { RATE_DISTORTION_PNG, RATE_DISTORTION_TABLE, writeComparison } from './write.js';

interface CompareFlags extends DataFlags {
  readonly bundle: readonly string[];
  readonly models: string;
  readonly out?: string;
  readonly fresh: boolean;
}

/** MNIST's results lie in runs/rate-distortion, others beside them, so that none is taken for another. */
function folderOf({ out }: CompareFlags, { name }: Dataset): string {
  if (out !== undefined) return out;
  return join('runs', comparisonFolder(name));
}

async function compare(flags: CompareFlags, evaluations: readonly Evaluation[]): Promise<void> {
  const dataset = await datasetOf(flags);
  const bundles = await chooseBundles(flags.bundle, flags.models, dataset.train);
  const folder = folderOf(flags, dataset);
  const display = comparisonDisplay();
  try {
    const result = await compareCodecs({
      dataset,
      bundles,
      folder,
      fresh: flags.fresh,
      command: commandLine(),
      onProgress: display.progress,
    });
    display.stop();
    await writeComparison(folder, result);
    for (const { label, reason } of result.skipped) console.error(`skipped: ${label}: ${reason}`);
    console.log(`${shortTable(result)}\n\nTable: ${join(folder, RATE_DISTORTION_TABLE)}`);
    console.log(`Plot:  ${join(folder, RATE_DISTORTION_PNG)}`);
    for (const run of await refreshReports(folder, result, evaluations))
      console.log(`Also in ${join(run, REPORT_FILE)}`);
  } finally {
    display.stop();
  }
}

/** Add `compare`. */
export function addCompareCommand(program: Command, evaluations: readonly Evaluation[]): void {
  const command = program
    .command('compare')
    .description('measure bundles, PCA and other codecs on the test images: real bytes against PSNR');
  addDataFlags(command)
    .option(
      '--bundle <dir>',
      'a bundle to measure; may be given several times',
      (dir: string, others: readonly string[]) => [...others, dir],
      [] as readonly string[],
    )
    .option('--models <dir>', 'without --bundle: every bundle in this folder that fits', 'models')
    .option(
      '--out <dir>',
      'folder of the results (default: runs/rate-distortion, with the name of other data)',
    )
    .option('--fresh', 'measure everything again', false)
    .action((flags: CompareFlags) => compare(flags, evaluations));
}
