import { join } from 'node:path';
import { writeFileAtomic } from '@convae/runtime/node';
import { readIfThere, readJson } from '../files/read.js';
import { runPaths } from '../training/run-folder.js';
import { EXAMPLES_FILE, parseExamples } from './examples-file.js';
import { readHistory } from './history.js';
import type { Evaluation } from './plug-in.js';
import type { ReportModel } from './report/model.js';
import { renderReport } from './report/page.js';
import { METRICS_FILE, parseMetrics } from './schema.js';

/** The report's name inside a run folder. */
export const REPORT_FILE = 'report.html';
/** The picture of originals above reconstructions, beside it. */
export const COMPARISON_FILE = 'comparison.png';
/** The picture of whole pictures beside their reconstructions, where the set has some. */
export const PICTURES_FILE = 'pictures.png';
/** The picture of the bits that pixels take, beside the report of a lossless run. */
export const BITS_FILE = 'bits.png';
/** The plot of the errors over the epochs, beside it. */
export const LOSS_FILE = 'loss.png';

/** Names of all files that measuring leaves in the folder of a run. */
export function measuredFiles(evaluations: readonly Evaluation[]): string[] {
  const own = [
    METRICS_FILE,
    EXAMPLES_FILE,
    REPORT_FILE,
    COMPARISON_FILE,
    PICTURES_FILE,
    LOSS_FILE,
    BITS_FILE,
  ];
  return [...own, ...evaluations.flatMap(({ files }) => files)];
}

/** What the report of an evaluated run is made from; undefined where the folder holds none. */
async function readReportModel(folder: string): Promise<ReportModel | undefined> {
  const metrics = await readJson(join(folder, METRICS_FILE), parseMetrics);
  const shown = await readJson(join(folder, EXAMPLES_FILE), parseExamples);
  if (metrics === undefined || shown === undefined) return undefined;
  const { epochs } = runPaths(folder);
  const history = (await readIfThere(epochs)) === undefined ? [] : await readHistory(epochs);
  return { folder, metrics, history, ...shown };
}

/**
 * Writes the report of a run anew, out of the files in its folder.
 * @returns false where the folder holds no evaluated run.
 */
export async function renewReport(folder: string, evaluations: readonly Evaluation[]): Promise<boolean> {
  const model = await readReportModel(folder);
  if (model === undefined) return false;
  await writeFileAtomic(join(folder, REPORT_FILE), await renderReport(model, evaluations));
  return true;
}
