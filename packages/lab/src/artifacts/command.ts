import { join } from 'node:path';
import {
  addDataFlags,
  columns,
  commandLine,
  datasetOf,
  type Evaluation,
  readingDisplay,
  renewReport,
} from '@convae/train/kit';
import { type Command, InvalidArgumentError } from 'commander';
import { dataFlagsOf, openTarget } from '../target.js';
import { type ArtifactMeasure, type Artifacts, evaluateArtifacts } from './index.js';

interface ArtifactsFlags {
  readonly out?: string;
  readonly cell?: number;
  readonly json?: boolean;
}

const DEFAULT_FOLDER = join('runs', 'artifacts');

function cellSide(text: string): number {
  const side = Number(text);
  if (Number.isSafeInteger(side) && side >= 2) return side;
  throw new InvalidArgumentError('expected an integer of at least 2.');
}

const real = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

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
  const rows = decoders.map(({ title, measure, artifact, psnr }) =>
    row(title, measure, artifact, psnr === null ? 'identical' : `${psnr.toFixed(2)} dB`),
  );
  return columns([head, row('originals', originals, 1, '–'), ...rows]);
}

async function artifactsCommand(
  folders: readonly string[],
  command: Command,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const flags = command.opts<ArtifactsFlags>();
  const targets = await Promise.all(folders.map(openTarget));
  const dataset = await datasetOf(dataFlagsOf(command, targets[0]!), undefined, readingDisplay());
  const runs = targets.flatMap(({ runDir }) => runDir ?? []);
  const extra = flags.out ?? (runs.length === 0 ? DEFAULT_FOLDER : undefined);
  const written = extra === undefined ? runs : [...runs, extra];
  const artifacts = await evaluateArtifacts({
    bundles: targets.map(({ title, bundleDir }) => ({ title, folder: bundleDir })),
    test: await dataset.loadTest(),
    dataset,
    folders: written,
    command: commandLine(),
    cell: flags.cell,
    onProgress: (line) => console.error(`measuring ${line}`),
  });
  await Promise.all(runs.map((run) => renewReport(run, evaluations)));
  if (flags.json) console.log(JSON.stringify(artifacts, null, 2));
  else
    console.log(
      `${artifactsTable(artifacts)}\n\nWritten to ${written.join(', ')}: artifacts.json, artifacts.png; reports that were there show it`,
    );
}

/** Add `artifacts`. */
export function addArtifactsCommand(program: Command, evaluations: readonly Evaluation[]): void {
  addDataFlags(
    program
      .command('artifacts')
      .description('measure how far the cells of the latent show in what decoders give back')
      .argument('<folder...>', 'runs or bundles'),
  )
    .option(
      '--cell <n>',
      "side of a cell, pixels; default: what one position of the first bundle's latent covers",
      cellSide,
    )
    .option(
      '--out <dir>',
      `a further folder for artifacts.json and artifacts.png (${DEFAULT_FOLDER} without a run)`,
    )
    .option('--json', 'print JSON')
    .action((folders: string[], _flags: unknown, command: Command) =>
      artifactsCommand(folders, command, evaluations),
    );
}
