import { join, relative } from 'node:path';
import type { Metrics } from '../evaluation/index.js';
import { dB, kB } from '../evaluation/model-card.js';
import type { TrainedRun } from './train-stage.js';

/** A two-column table for the terminal. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

/** A table of several columns for the terminal: the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return rows.map((row) => `  ${line(row)}`).join('\n');
}

const perSecond = (n: number): string => `${Math.round(n).toLocaleString('en')} images/s`;

/** What an image takes as real bytes, at the default quality. */
function bytesRows({ bitstreams, latent }: Metrics): [string, string][] {
  const rate = bitstreams?.rates.find(({ quality }) => quality === bitstreams.defaultQuality);
  if (rate === undefined) return [];
  return [
    [
      'entropy-coded',
      `${rate.containerBytesPerImage.toFixed(1)} bytes/image at ${dB(rate.psnr)} (raw ${latent.imageBytes})`,
    ],
  ];
}

/** What whole pictures take, at the default quality. */
function pictureRows({ pictures }: Metrics): [string, string][] {
  const rate = pictures?.rates[pictures.defaultQuality];
  if (pictures === undefined || rate === undefined) return [];
  const { measured, of } = pictures;
  return [
    [
      'whole pictures',
      `${rate.bitsPerPixel.toFixed(3)} bits/pixel at ${dB(rate.psnr)} (${measured} of ${of})`,
    ],
  ];
}

/** The results of a run as a short table. */
export function resultTable(metrics: Metrics): string {
  const { dataset, distortion, speed, bundle, parity } = metrics;
  const rows: [string, string][] = [
    [`${dataset.part} images`, `${dataset.images.toLocaleString('en')} of ${dataset.name}`],
    ['MSE', distortion.mse.toFixed(5)],
    ['PSNR', dB(distortion.psnr)],
    ['SSIM', distortion.ssim.toFixed(3)],
    ...bytesRows(metrics),
    ...pictureRows(metrics),
    ['encoder', perSecond(speed.encoderImagesPerSecond)],
    ['decoder', perSecond(speed.decoderImagesPerSecond)],
    ['bundle', kB(bundle.bytes)],
  ];
  if (parity)
    rows.push([
      'tfjs and ONNX differ by',
      `${Math.max(parity.encoder, parity.decoder).toExponential(1)} at most`,
    ]);
  return table(rows);
}

/** How to go on after a run. */
export function nextSteps(run: Pick<TrainedRun, 'paths' | 'stopped'>, metrics: Metrics): string {
  const here = (path: string): string => relative(process.cwd(), path) || '.';
  const lines = [
    `Report:  ${here(join(run.paths.folder, 'report.html'))}  (open it in a browser)`,
    `Bundle:  ${here(run.paths.bundle)}  (two ONNX graphs, entropy tables, manifest)`,
    '',
    'Go on:',
    ...(run.stopped === 'signal'
      ? [`  npx convae-train run --out ${here(run.paths.folder)} --resume   train the rest`]
      : []),
    ...(metrics.dataset.name === 'mnist'
      ? ['  npm run reference                                   the full recipe of 30 epochs']
      : []),
    '  npx convae-train run --data images:DIR --psnr 30 --out DIR2   your own images (PNG, JPEG, WebP)',
    `  npx convae encode PICTURES -o out.cae --bundle ${here(run.paths.bundle)}`,
    '  npm run demo                                        the codec in a browser',
  ];
  return lines.join('\n');
}
