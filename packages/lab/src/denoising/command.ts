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
import {
  DEFAULT_TUNING_IMAGES,
  type Denoising,
  type DenoisingQuality,
  evaluateDenoising,
  FILTERS,
} from './index.js';

interface DenoisingFlags {
  readonly levels?: number[];
  readonly tune: number;
  readonly out?: string;
  readonly json?: boolean;
}

function levels(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => value > 0 && value <= 10)) return values;
  throw new InvalidArgumentError('expected levels above 0, as in 0.1,0.5,0.8.');
}

function imageCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,6}$/.test(text) && count > 0) return count;
  throw new InvalidArgumentError('expected an integer of at least 1.');
}

const figures = ({ psnr, ssim }: DenoisingQuality): string =>
  `${psnr === null ? 'identical' : `${psnr.toFixed(2)} dB`} ${ssim.toFixed(3)}`;

/** PSNR and SSIM as a table for the terminal. */
function denoisingTable({ levels: measured }: Denoising): string {
  const names = measured[0]!.filters.map(({ filter }) => FILTERS[filter].title);
  const rows = measured.map(({ level, noisy, network, filters }) => [
    String(level),
    figures(noisy),
    figures(network),
    ...filters.map(figures),
  ]);
  return columns([['noise', 'noisy', 'network', ...names], ...rows]);
}

async function denoisingCommand(
  folder: string,
  command: Command,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const flags = command.opts<DenoisingFlags>();
  const target = await openTarget(folder);
  const dataset = await datasetOf(dataFlagsOf(command, target), undefined, readingDisplay());
  const out = flags.out ?? target.runDir ?? join('runs', target.title);
  const denoising = await evaluateDenoising({
    bundleDir: target.bundleDir,
    test: await dataset.loadTest(),
    dataset,
    folder: out,
    command: commandLine(),
    levels: flags.levels,
    tuningImages: flags.tune,
    onProgress: (line) => console.error(line),
  });
  const inReport = await renewReport(out, evaluations);
  if (flags.json) {
    console.log(JSON.stringify(denoising, null, 2));
    return;
  }
  const report = inReport ? `, and in ${join(out, 'report.html')}` : '';
  console.log(`${denoisingTable(denoising)}\n\nWritten to ${out}: denoising.json, denoising.png${report}`);
}

/** Add `denoising`. */
export function addDenoisingCommand(program: Command, evaluations: readonly Evaluation[]): void {
  addDataFlags(
    program
      .command('denoising')
      .description(
        'measure how well a network that was trained on noise removes it, beside classical filters',
      )
      .argument('<folder>', 'a run or a bundle'),
  )
    .option('--levels <list>', 'levels of noise, as in 0.1,0.5,0.8; default: 0.1 to 0.8', levels)
    .option(
      '--tune <n>',
      "validation images on which the filters' settings are chosen",
      imageCount,
      DEFAULT_TUNING_IMAGES,
    )
    .option('--out <dir>', 'folder for denoising.json and denoising.png; default: the run, or runs/BUNDLE')
    .option('--json', 'print JSON')
    .action((folder: string, _flags: unknown, command: Command) =>
      denoisingCommand(folder, command, evaluations),
    );
}
