import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConvaeError } from '@convae/runtime';
import {
  type Evaluation,
  isLosslessMetrics,
  METRICS_FILE,
  parseLosslessMetrics,
  parseMetrics,
  readJson,
  renewLosslessReport,
  renewReport,
} from '@convae/train/kit';
import { sameImages } from './find-result.js';
import type { RateDistortion } from './result.js';

const parseAny = (value: unknown) =>
  isLosslessMetrics(value) ? parseLosslessMetrics(value) : parseMetrics(value);

/** Whether a folder holds a run that was measured on the same images. */
async function isAbout(result: RateDistortion, folder: string): Promise<boolean> {
  const metrics = await readJson(join(folder, METRICS_FILE), parseAny).catch((error: unknown) => {
    // Runs of other versions are left as they are.
    if (error instanceof ConvaeError && error.code === 'DATA_INVALID') return undefined;
    throw error;
  });
  return metrics !== undefined && sameImages(result.dataset, metrics.dataset);
}

const renew = async (run: string, evaluations: readonly Evaluation[]): Promise<boolean> =>
  (await renewLosslessReport(run, evaluations)) || (await renewReport(run, evaluations));

/**
 * Renews the reports of the runs beside a comparison's folder that were measured on the same images.
 * @returns the folders of those runs.
 * @throws ConvaeError WRITE_FAILED; NOT_FOUND where a run cannot be read.
 */
export async function refreshReports(
  folder: string,
  result: RateDistortion,
  evaluations: readonly Evaluation[],
): Promise<string[]> {
  const runs = dirname(folder);
  const entries = await readdir(runs, { withFileTypes: true });
  const refreshed: string[] = [];
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const run = join(runs, entry.name);
    if ((await isAbout(result, run)) && (await renew(run, evaluations))) refreshed.push(run);
  }
  return refreshed;
}
