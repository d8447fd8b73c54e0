import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvaeError, type ImageChannels } from '@convae/runtime/core';
import { type Dataset, openDataset } from '@convae/train/kit';
import { type ExecuteOptions, executeRuns } from './execute.js';
import { readSweep, type SweepBase } from './file.js';
import { bestOf, type SweepResults, variantResults } from './results.js';
import { runsOf, type SweepRun } from './runs.js';
import type { RunState } from './states.js';
import { toldOf } from './told-of.js';
import { type Variants, variantsOf } from './variants.js';
import { copyBest, writeResults } from './write.js';

export interface SweepOptions extends Omit<ExecuteOptions, 'runs'> {
  /** The sweep file. */
  readonly file: string;
  /** The folder of the sweep. */
  readonly folder: string;
  /** Hears of the plan before anything is trained. */
  readonly onPlan: (plan: Variants, runs: readonly SweepRun[], dataset: Dataset) => void;
}

/** How a sweep ended. */
export interface SweepOutcome {
  readonly stopped: boolean;
  readonly states: readonly RunState[];
  /** Of the runs that are finished, which are not all where it was stopped. */
  readonly results: SweepResults;
  /** Names of the files in the folder. */
  readonly files: readonly string[];
}

async function openData({ data, validation, limit, size, channels, fit }: SweepBase): Promise<Dataset> {
  const dataset = await openDataset(data, { validation, limit, size, channels, fit }).catch((error) => {
    throw toldOf('base', error);
  });
  if (dataset.validation.count > 0) return dataset;
  throw new ConvaeError(
    'DATA_INVALID',
    `expected validation images in ${data}, by which networks are compared; "validation" keeps some`,
  );
}

function resultsOf(
  states: readonly RunState[],
  { name, train, validation }: Dataset,
  { createdBy, leftOut }: { createdBy: string; leftOut: number },
): SweepResults {
  const variants = variantResults(states);
  const best = bestOf(states, variants);
  return {
    format: 'convae-sweep',
    version: 1,
    createdBy,
    dataset: { name, images: train.count, validationImages: validation.count },
    variants,
    runs: states.flatMap(({ result }) => result ?? []),
    failed: states.flatMap(({ run, reason }) => (reason === undefined ? [] : { name: run.name, reason })),
    leftOut,
    best: best && {
      label: best.run.variant.label,
      run: best.run.name,
      validationPsnr: best.result!.validationPsnr,
    },
  };
}

/**
 * Train every variant of a sweep file with every seed, in processes of their own, compare them on the validation
 * images, and copy the best bundle to `best/`. Started again, it goes on where it was stopped. Test images are not
 * read.
 *
 * @throws ConvaeError for a sweep file or data that are not as described, before anything is trained
 */
export async function runSweep(options: SweepOptions): Promise<SweepOutcome> {
  const { file, folder, onPlan, ...execution } = options;
  const { createdBy, signal } = options;
  const sweep = await readSweep(file);
  const dataset = await openData(sweep.base);
  const { channels, height, width } = dataset.train;
  const plan = variantsOf(sweep, { channels: channels as ImageChannels, height, width });
  const runs = runsOf(sweep, plan.variants, folder);
  onPlan(plan, runs, dataset);
  await mkdir(folder, { recursive: true });
  if (join(folder, 'sweep.json') !== join(file)) await copyFile(file, join(folder, 'sweep.json'));
  const states = await executeRuns({ runs, ...execution });
  const results = resultsOf(states, dataset, { createdBy, leftOut: plan.leftOut });
  const files = await writeResults(folder, results);
  const best = states.find(({ run }) => run.name === results.best?.run);
  if (best) await copyBest(folder, best.run.paths.bundle);
  return { stopped: signal.aborted, states, results, files };
}
