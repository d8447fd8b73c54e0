import { columns, dB } from '@convae/train/kit';
import { integerIn, type MeasuringCommand } from '../evaluation/command.js';
import { evaluateArtifacts } from './evaluate.js';
import { type ArtifactMeasure, type Artifacts, real } from './schema.js';

function row(title: string, measure: ArtifactMeasure, artifact: number | null, psnr: string): string[] {
  const { borderStep, insideStep, ratio, cellPower, pixelPower } = measure;
  return [
    title,
    real(borderStep, 4),
    real(insideStep, 4),
    real(ratio, 3),
    real(artifact, 3),
    cellPower.toExponential(2),
    pixelPower.toExponential(2),
    psnr,
  ];
}

/** The figures as a table for the terminal. */
function artifactsTable({ originals, decoders }: Artifacts): string {
  const head = ['', 'border', 'inside', 'ratio', 'artifact', 'cell power', 'pixel power', 'PSNR'];
  const rows = decoders.map(({ title, measure, artifact, psnr }) => row(title, measure, artifact, dB(psnr)));
  return columns([head, row('originals', originals, 1, '–'), ...rows]);
}

export const artifactsCommand: MeasuringCommand<{ readonly cell?: number }, Artifacts> = {
  name: 'artifacts',
  description: 'measure how far the cells of the latent show in what decoders give back',
  argument: '<folder...>',
  written: 'artifacts.json, artifacts.png',
  addFlags: (command) =>
    command.option(
      '--cell <n>',
      "side of a cell, pixels; default: what one position of the first bundle's latent covers",
      integerIn(2, 999_999),
    ),
  measure: ({ targets, flags, ...inputs }) =>
    evaluateArtifacts({
      ...inputs,
      bundles: targets.map(({ title, bundleDir }) => ({ title, folder: bundleDir })),
      cell: flags.cell,
    }),
  text: artifactsTable,
};
