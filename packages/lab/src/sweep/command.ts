import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { columns, createdBy, TRAIN_SCRIPT, untilInterrupt } from '@convae/train/kit';
import type { Command } from 'commander';
import { integerIn } from '../evaluation/command.js';
import { planText, sweepDisplay } from './display.js';
import type { SweepResults } from './results.js';
import { runSweep, type SweepOutcome } from './sweep.js';

/** Exit code of a process ended by Ctrl-C. */
const INTERRUPTED = 130;
/** Variants in the table at the end; results.csv has all. */
const SHOWN_VARIANTS = 20;

interface SweepFlags {
  readonly out?: string;
  readonly jobs: number;
  readonly tensorboard?: string;
}

function resultsText({ variants }: SweepResults): string {
  const head = [
    'variant (medians over its seeds)',
    'seeds',
    'validation MSE',
    'PSNR',
    'parameters',
    'bytes',
    'at',
  ];
  const rows = variants
    .slice(0, SHOWN_VARIANTS)
    .map((variant) => [
      variant.label,
      String(variant.seeds.length),
      variant.validationMse.toFixed(5),
      `${variant.validationPsnr.toFixed(2)} dB`,
      variant.parameters.toLocaleString('en'),
      variant.bytesPerImage === null ? '–' : variant.bytesPerImage.toFixed(1),
      variant.codedPsnr === null ? '–' : `${variant.codedPsnr.toFixed(2)} dB`,
    ]);
  const more = variants.length - rows.length;
  return `${columns([head, ...rows])}${more > 0 ? `\n  and ${more} more` : ''}`;
}

/** Says how it ended; failed runs and a stop show in the exit code. */
function report({ results, files, stopped }: SweepOutcome, folder: string): void {
  const { best, failed, variants } = results;
  if (variants.length > 0) console.log(`\n${resultsText(results)}\n`);
  if (best)
    console.log(`Best:    ${join(folder, 'best')}  (${best.run}, ${best.validationPsnr.toFixed(2)} dB)`);
  console.log(`Results: ${folder}: ${files.join(', ')}`);
  for (const { name, reason } of failed)
    console.error(`convae-train: ${join(folder, 'runs', name)} failed: ${reason}`);
  if (failed.length > 0) process.exitCode = 1;
  if (!stopped) return;
  console.error('convae-train: stopped; run the same command to continue');
  process.exitCode = INTERRUPTED;
}

async function sweep(file: string, flags: SweepFlags): Promise<void> {
  const folder = flags.out ?? join('runs', `sweep-${basename(file).replace(/\.json$/, '')}`);
  const display = sweepDisplay();
  const interrupt = untilInterrupt(() =>
    console.error('stopping after these steps; press Ctrl-C again to stop at once'),
  );
  try {
    const outcome = await runSweep({
      file,
      folder,
      jobs: flags.jobs,
      script: TRAIN_SCRIPT,
      createdBy,
      signal: interrupt.signal,
      tensorboard: flags.tensorboard,
      onPlan: (plan, runs, dataset) => console.log(planText(plan, runs, dataset, flags.jobs)),
      onChange: display.change,
    });
    display.stop();
    report(outcome, folder);
  } finally {
    interrupt.release();
    display.stop();
  }
}

/** Add `sweep`. */
export function addSweepCommand(program: Command): void {
  program
    .command('sweep')
    .description(
      'train a grid or random draws of networks and recipes, and compare them on validation images',
    )
    .argument('<sweep.json>', 'what is tried: see "Sweeps" in the README')
    .option('--out <dir>', 'folder of the sweep (default: runs/sweep-NAME, by the name of the file)')
    .option('--jobs <n>', 'runs at a time, each with one thread', integerIn(1, 9999), availableParallelism())
    .option('--tensorboard <dir>', 'write event files for TensorBoard, a folder for each run')
    .action(sweep);
}
