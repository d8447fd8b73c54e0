import { columns, dB } from '@convae/train/kit';
import { InvalidArgumentError } from 'commander';
import { integerIn, type MeasuringCommand } from '../evaluation/command.js';
import { FILTERS } from './candidates.js';
import { DEFAULT_TUNING_IMAGES, evaluateDenoising } from './evaluate.js';
import type { Denoising, DenoisingQuality } from './schema.js';

interface DenoisingFlags {
  readonly levels?: number[];
  readonly tune: number;
}

function levels(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => value > 0 && value <= 10)) return values;
  throw new InvalidArgumentError('expected levels above 0, as in 0.1,0.5,0.8.');
}

const figures = ({ psnr, ssim }: DenoisingQuality): string => `${dB(psnr)} ${ssim.toFixed(3)}`;

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

export const denoisingCommand: MeasuringCommand<DenoisingFlags, Denoising> = {
  name: 'denoising',
  description: 'measure how well a network that was trained on noise removes it, beside classical filters',
  argument: '<folder>',
  written: 'denoising.json, denoising.png',
  addFlags: (command) =>
    command
      .option('--levels <list>', 'levels of noise, as in 0.1,0.5,0.8; default: 0.1 to 0.8', levels)
      .option(
        '--tune <n>',
        "validation images on which the filters' settings are chosen",
        integerIn(1, 999_999),
        DEFAULT_TUNING_IMAGES,
      ),
  measure: ({ targets, folders, flags, ...inputs }) =>
    evaluateDenoising({
      ...inputs,
      bundleDir: targets[0]!.bundleDir,
      folder: folders[0]!,
      levels: flags.levels,
      tuningImages: flags.tune,
    }),
  text: denoisingTable,
};
