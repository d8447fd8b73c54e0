import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonText, type NamedFile, plotFiles, writeFiles } from '@convae/train/kit';
import { resultsCsv } from './csv.js';
import { type CostAxis, paretoPlot, type TradePoint } from './plot.js';
import { bytesPoints, parameterPoints, type SweepResults } from './results.js';

const RESULTS_FILE = 'results.json';
async function paretoFiles(
  name: string,
  points: readonly TradePoint[],
  axis: CostAxis,
): Promise<NamedFile[]> {
  return points.length === 0 ? [] : plotFiles(name, paretoPlot(points, axis, 720, 460));
}

/** Files that an earlier state of the sweep may have left, and this one has not. */
async function removeOthers(folder: string, written: readonly string[]): Promise<void> {
  for (const name of ['pareto-parameters', 'pareto-bytes'])
    for (const file of [`${name}.svg`, `${name}.png`])
      if (!written.includes(file)) await rm(join(folder, file), { force: true });
}

/** Write results.json, results.csv and the plots; returns the names of the files. */
export async function writeResults(folder: string, results: SweepResults): Promise<string[]> {
  const { variants, dataset } = results;
  const files: NamedFile[] = [
    ['results.csv', resultsCsv(results)],
    ...(await paretoFiles('pareto-parameters', parameterPoints(variants), {
      title: 'parameters (fewer are better)',
      log: true,
      heading: `Quality and size of networks on ${dataset.name}`,
    })),
    ...(await paretoFiles('pareto-bytes', bytesPoints(variants), {
      title: 'bytes per image (fewer are better)',
      log: false,
      heading: `Quality and bytes per image on ${dataset.name}`,
    })),
    // Last: who finds it finds the others.
    [RESULTS_FILE, jsonText(results)],
  ];
  await writeFiles(folder, files);
  const names = files.map(([name]) => name);
  await removeOthers(folder, names);
  return names;
}

/** Copy a bundle to `best/`, in place of an earlier one. */
export async function copyBest(folder: string, bundle: string): Promise<string> {
  const best = join(folder, 'best');
  const fresh = join(folder, `.best-${process.pid}`);
  await rm(fresh, { recursive: true, force: true });
  await cp(bundle, fresh, { recursive: true });
  await rm(best, { recursive: true, force: true });
  await rename(fresh, best);
  return best;
}
