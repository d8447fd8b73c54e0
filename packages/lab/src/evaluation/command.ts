import { join } from 'node:path';
import {
  addDataFlags,
  commandLine,
  type Dataset,
  datasetOf,
  type Evaluation,
  type LabelledImages,
  REPORT_FILE,
  renewReport,
} from '@convae/train/kit';
import { type Command, InvalidArgumentError } from 'commander';
import { dataFlagsOf, openTarget, type Target } from './target.js';

const SEVERAL = '<folder...>';

/** What a command measures on, and where its files go. */
interface Inputs<Flags> {
  /** Runs or bundles, at least one. */
  readonly targets: readonly Target[];
  readonly flags: Flags;
  readonly dataset: Dataset;
  readonly test: LabelledImages;
  /** The folders to write into: those of the runs, or another one. */
  readonly folders: readonly string[];
  /** The command as a person would type it. */
  readonly command: string;
  readonly onProgress: (line: string) => void;
}

/** A command that measures bundles on test images and writes its files beside the run. */
export interface MeasuringCommand<Flags, Figures> {
  readonly name: string;
  readonly description: string;
  /** Whether it takes one run or bundle, or several. */
  readonly argument: '<folder>' | typeof SEVERAL;
  /** What it writes, in words. */
  readonly written: string;
  readonly addFlags: (command: Command) => Command;
  readonly measure: (inputs: Inputs<Flags>) => Promise<Figures>;
  /** The figures as tables for the terminal. */
  readonly text: (figures: Figures) => string;
}

/** Reads an integer within limits from the command line. */
export const integerIn =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d{1,6}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected an integer in ${least}..${most}.`);
  };

/** One run or bundle: its folder or `out`. Several: those of the runs, and `out` besides. */
function foldersOf(
  targets: readonly Target[],
  { name, argument }: { readonly name: string; readonly argument: string },
  out: string | undefined,
): string[] {
  const runs = targets.flatMap(({ runDir }) => runDir ?? []);
  const several = argument === SEVERAL;
  if (out !== undefined) return several ? [...runs, out] : [out];
  return runs.length > 0 ? runs : [join('runs', several ? name : targets[0]!.title)];
}

async function renewedReports(
  folders: readonly string[],
  evaluations: readonly Evaluation[],
): Promise<string[]> {
  const renewed = await Promise.all(folders.map((folder) => renewReport(folder, evaluations)));
  return folders.filter((_, i) => renewed[i]).map((folder) => join(folder, REPORT_FILE));
}

async function run<Flags, Figures>(
  measuring: MeasuringCommand<Flags, Figures>,
  paths: readonly string[],
  command: Command,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const flags = command.opts<Flags & { readonly out?: string; readonly json?: boolean }>();
  const targets = await Promise.all(paths.map(openTarget));
  const dataset = await datasetOf(dataFlagsOf(command, targets[0]!));
  const test = await dataset.loadTest();
  const folders = foldersOf(targets, measuring, flags.out);
  const onProgress = (line: string): void => console.error(line);
  const about = { targets, flags, dataset, test, folders, command: commandLine() };
  const figures = await measuring.measure({ ...about, onProgress });
  const reports = await renewedReports(folders, evaluations);
  if (flags.json) return console.log(JSON.stringify(figures, null, 2));
  const shown = reports.length === 0 ? '' : `, and in ${reports.join(', ')}`;
  console.log(`${measuring.text(figures)}\n\nWritten to ${folders.join(', ')}: ${measuring.written}${shown}`);
}

/** Adds such a command, with the flags that all have. */
export function addMeasuringCommand<Flags, Figures>(
  program: Command,
  evaluations: readonly Evaluation[],
  measuring: MeasuringCommand<Flags, Figures>,
): void {
  const { name, description, argument, written, addFlags } = measuring;
  const several = argument === SEVERAL;
  const command = program
    .command(name)
    .description(description)
    .argument(argument, several ? 'runs or bundles' : 'a run or a bundle');
  const where = several ? 'a further folder' : 'folder';
  addFlags(addDataFlags(command))
    .option('--out <dir>', `${where} for ${written}; default: the run, or one below runs`)
    .option('--json', 'print JSON')
    .action((paths: string | string[]) => run(measuring, [paths].flat(), command, evaluations));
}
