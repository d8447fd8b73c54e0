import { join, relative } from 'node:path';
import type { Evaluation, LosslessMetrics } from '../../evaluation/index.js';
import { kB } from '../../evaluation/model-card.js';
import { table } from '../summary.js';
import type { LosslessFlags } from './lossless-flags.js';
import {
  evaluateLosslessStage,
  exportLosslessStage,
  openExportedLossless,
  openLosslessRun,
  trainLosslessStage,
} from './lossless-stages.js';

/** The results of a lossless run as a short table. */
function resultTable({ dataset, bytes, pictures, speed, bundle }: LosslessMetrics): string {
  const perSecond = (n: number): string => `${Math.round(n).toLocaleString('en')} images/s`;
  const rows: [string, string][] = [
    [
      `${dataset.part} images`,
      `${dataset.images.toLocaleString('en')} of ${dataset.name}, all came back exactly`,
    ],
    [
      'container',
      `${bytes.containerBytesPerImage.toFixed(1)} bytes/image, ${bytes.bitsPerPixel.toFixed(3)} bits/pixel (raw ${bytes.imageBytes})`,
    ],
    ['image alone', `${bytes.streamBytesPerImage.toFixed(1)} bytes`],
  ];
  if (pictures)
    rows.push([
      'whole pictures',
      `${pictures.bitsPerPixel.toFixed(3)} bits/pixel (${pictures.measured} of ${pictures.of})`,
    ]);
  rows.push(
    ['encoding', perSecond(speed.encodeImagesPerSecond)],
    ['decoding', perSecond(speed.decodeImagesPerSecond)],
  );
  rows.push(['bundle', kB(bundle.bytes)]);
  return table(rows);
}

const here = (path: string): string => relative(process.cwd(), path) || '.';

/** `run` for a lossless recipe: train, export, measure. */
export async function runLossless(flags: LosslessFlags, evaluations: readonly Evaluation[]): Promise<void> {
  const run = await trainLosslessStage(flags, evaluations);
  await exportLosslessStage(run);
  console.log('exported; measuring on the test images');
  const metrics = await evaluateLosslessStage({ ...run, evaluations });
  const { folder, bundle } = run.paths;
  console.log(`\n${resultTable(metrics)}\n`);
  console.log(`Report:  ${here(join(folder, 'report.html'))}  (open it in a browser)`);
  console.log(`Bundle:  ${here(bundle)}  (context model and manifest)`);
  if (run.stopped === 'signal')
    console.log(`Train the rest: npx convae-train run --out ${here(folder)} --resume`);
}

/** `train` for a lossless recipe. */
export async function trainLosslessOnly(
  flags: LosslessFlags,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const { paths, stopped, bestEpoch } = await trainLosslessStage(flags, evaluations);
  console.log(`ended by ${stopped}; best epoch ${bestEpoch}; checkpoints in ${paths.folder}`);
}

/** `export` of a lossless run; false where the folder holds none. */
export async function exportLosslessOnly(folder: string): Promise<boolean> {
  const run = await openLosslessRun(folder);
  if (run === undefined) return false;
  const { bytes, outDir } = await exportLosslessStage(run);
  console.log(`${outDir}: context.bin (${kB(bytes)}), manifest.json`);
  return true;
}

/** `evaluate` of a lossless run; false where the folder holds none. */
export async function evaluateLosslessOnly(
  folder: string,
  evaluations: readonly Evaluation[],
): Promise<boolean> {
  const exported = await openExportedLossless(folder);
  if (exported === undefined) return false;
  const metrics = await evaluateLosslessStage({ ...exported, evaluations });
  console.log(`${resultTable(metrics)}\n\nReport: ${here(join(folder, 'report.html'))}`);
  return true;
}
