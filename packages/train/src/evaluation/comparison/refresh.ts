import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConvaeError } from '@convae/runtime';
import { writeFileAtomic } from '@convae/runtime/node';
import { readIfThere, readJson } from '../read-json.js';
import { insertSection } from '../report/insert.js';
import { REPORT_SECTIONS } from '../report/page.js';
import { rateDistortionSection } from '../report/sections/rate-distortion.js';
import { METRICS_FILE, type Metrics, parseMetrics } from '../schema.js';
import { sameImages } from './find-result.js';
import type { RateDistortion } from './result.js';

/** The figures of a run; undefined where the folder holds none, or some of another version. */
async function metricsIn(folder: string): Promise<Metrics | undefined> {
  return readJson(join(folder, METRICS_FILE), parseMetrics).catch((error: unknown) => {
    if (error instanceof ConvaeError && error.code === 'DATA_INVALID') return undefined;
    throw error;
  });
}

/** The report of a run on the same images; undefined where the folder holds none. */
async function matchingReport(folder: string, result: RateDistortion): Promise<string | undefined> {
  const metrics = await metricsIn(folder);
  if (metrics === undefined || !sameImages(result.dataset, metrics.dataset)) return undefined;
  return (await readIfThere(join(folder, 'report.html')))?.toString();
}

/**
 * Puts the comparison into the reports of the runs beside its folder that were measured on the same images.
 * @returns the folders of those runs.
 * @throws ConvaeError WRITE_FAILED; NOT_FOUND where a run cannot be read.
 */
export async function refreshReports(folder: string, result: RateDistortion): Promise<string[]> {
  const runs = dirname(folder);
  const entries = await readdir(runs, { withFileTypes: true });
  const { id, title, renderExtras } = rateDistortionSection;
  const content = await renderExtras({ rateDistortion: result });
  const order = REPORT_SECTIONS.map((section) => section.id);
  const refreshed: string[] = [];
  for (const entry of content === undefined ? [] : entries.filter((each) => each.isDirectory())) {
    const run = join(runs, entry.name);
    const page = await matchingReport(run, result);
    if (page === undefined || content === undefined) continue;
    await writeFileAtomic(join(run, 'report.html'), insertSection(page, { id, title, content }, order));
    refreshed.push(run);
  }
  return refreshed;
}
