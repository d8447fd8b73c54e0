import { join } from 'node:path';
import { MAX_EFFORT } from '@convae/runtime/core';
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
import { integerIn } from '../evaluation/command.js';
import { type BundleFolder, chooseBundles } from './bundles/find.js';
import { psnrList, psnrRange } from './decibel-flags.js';
import { comparisonFolder } from './find-result.js';

import { comparisonDisplay } from './progress.js';
import { refreshReports } from './refresh.js';
import { compareCodecs } from './run.js';
import { shortTables } from './table/markdown.js';
import {
  RATE_DISTORTION_PAGE,
  RATE_DISTORTION_PNG,
  RATE_DISTORTION_TABLE,
  writeComparison,
} from './write.js';

interface CompareFlags extends DataFlags {
  readonly bundle: readonly string[];
  readonly models: string;
  readonly out?: string;
  readonly psnr?: readonly number[];
  readonly bdRange?: readonly [number, number];
  readonly effort: number;
  readonly full: boolean;
  readonly lossless: boolean;
  readonly fresh: boolean;
}

/** MNIST's results lie in runs/rate-distortion, others beside them, so that none is taken for another. */
function folderOf({ out }: CompareFlags, { name }: Dataset): string {
  if (out !== undefined) return out;
  return join('runs', comparisonFolder(name));
}

function bundlesFor({ bundle: named, models }: CompareFlags, dataset: Dataset): Promise<BundleFolder[]> {
  const { height, width, channels } = dataset.train;
  const images = { height, width, channels, manySizes: dataset.testPictures !== undefined };
  return chooseBundles({ named, models, dataset: dataset.name, images });
}

async function compare(flags: CompareFlags, evaluations: readonly Evaluation[]): Promise<void> {
  const dataset: Dataset = await datasetOf(flags, { exact: flags.lossless });
  const bundles = await bundlesFor(flags, dataset);
  const folder = folderOf(flags, dataset);
  const display = comparisonDisplay();
  try {
    const result = await compareCodecs({
      dataset,
      bundles,
      folder,
      full: flags.full,
      psnrs: flags.psnr,
      bdRange: flags.bdRange,
      effort: flags.effort,
      lossless: flags.lossless,
      fresh: flags.fresh,
      command: commandLine(),
      onProgress: display.progress,
    });
    display.stop();
    await writeComparison(folder, result);
    for (const { label, reason } of result.skipped) console.error(`skipped: ${label}: ${reason}`);
    console.log(`${shortTables(result)}\n\nTables: ${join(folder, RATE_DISTORTION_TABLE)}`);
    console.log(`Page:   ${join(folder, RATE_DISTORTION_PAGE)}`);
    console.log(`Plot:   ${join(folder, RATE_DISTORTION_PNG)}`);
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
    .option(
      '--models <dir>',
      'without --bundle: every bundle in this folder that was made for these images',
      'models',
    )
    .option(
      '--psnr <list>',
      'rows of the tables, dB, as in 24.7,26.9 (default: what the bundles reach)',
      psnrList,
    )
    .option('--bd-range <from..to>', 'take BD-rates over these dB alone, as in 28..36', psnrRange)
    .option(
      '--effort <n>',
      'of our encoder, 0 fast to 9 slow (those of others are at their best)',
      integerIn(0, MAX_EFFORT),
      0,
    )
    .option('--full', 'measure all test images, not a sample: hours', false)
    .option(
      '--out <dir>',
      'folder of the results (default: runs/rate-distortion, with the name of other data)',
    )
    .option('--lossless', 'measure lossless bundles and codecs alone: minutes', false)
    .option('--fresh', 'measure everything again', false)
    .action((flags: CompareFlags) => compare(flags, evaluations));
}
