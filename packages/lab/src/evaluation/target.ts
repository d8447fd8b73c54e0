import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ConvaeError, MANIFEST_FILE } from '@convae/runtime/core';
import {
  type DataFlags,
  fittedTo,
  parseSpec,
  readRunSettings,
  recordedData,
  runPaths,
} from '@convae/train/kit';
import type { Command } from 'commander';

/** A bundle to measure, by itself or in the folder of a run. */
export interface Target {
  /** The last part of the path. */
  readonly title: string;
  readonly bundleDir: string;
  /** The folder of the run; undefined for a bundle by itself. */
  readonly runDir?: string;
  /** The images that the run was trained on. */
  readonly data?: DataFlags;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** @throws ConvaeError NOT_FOUND where the folder is neither a bundle nor a run with one. */
export async function openTarget(folder: string): Promise<Target> {
  const title = basename(resolve(folder));
  if (await exists(join(folder, MANIFEST_FILE))) return { title, bundleDir: folder };
  const { bundle } = runPaths(folder);
  if (!(await exists(join(bundle, MANIFEST_FILE)))) {
    throw new ConvaeError(
      'NOT_FOUND',
      `expected a bundle (a folder with ${MANIFEST_FILE}) or an exported run in ${folder}, found neither`,
    );
  }
  const recorded = await readRunSettings(runPaths(folder));
  const target = { title, bundleDir: bundle, runDir: folder };
  if (recorded === undefined) return target;
  const { settings } = recorded;
  const data = fittedTo(
    recordedData(settings, runPaths(folder).settings),
    parseSpec(settings.architecture).image,
  );
  return { ...target, data };
}

const DATA_FLAGS = ['data', 'validation', 'limit', 'size', 'channels', 'fit', 'crop'] as const;

/** The images that the command line names; what it leaves open comes from the run. */
export function dataFlagsOf(command: Command, { data }: Target): DataFlags {
  const flags = command.opts<DataFlags>();
  if (data === undefined) return flags;
  const given = DATA_FLAGS.filter((name) => command.getOptionValueSource(name) === 'cli');
  // Another data set has none of the run's sizes.
  if (given.includes('data')) return flags;
  return { ...data, ...Object.fromEntries(given.map((name) => [name, flags[name]])) };
}
