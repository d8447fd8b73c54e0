import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConvaeError, MANIFEST_FILE, type Manifest } from '@convae/runtime/core';
import type { Command } from 'commander';
import { listedFiles } from '../bundle/files.js';
import { writeTritonRepository } from '../bundle/index.js';
import { surveyImages } from '../dataset/index.js';
import type { Evaluation } from '../evaluation/index.js';
import { type ConvertSummary, convertCommand } from '../onnx/index.js';
import { ensureBackend } from '../setup/index.js';
import { readRunSettings, runPaths } from '../training/run-folder.js';
import { chooseFor } from './choice-for.js';
import { addDataFlags, addExportFlags, addFolderFlags, addTrainFlags } from './flags.js';
import {
  evaluateLosslessOnly,
  exportLosslessOnly,
  runLossless,
  trainLosslessOnly,
} from './lossless/lossless-commands.js';
import { losslessFlags } from './lossless/lossless-flags.js';
import { packageName } from './npm-package.js';
import { recordedData, recordedRecipe } from './recorded.js';
import { checkTarget, dataSettings, recipeFlags, recipeOf, type TrainFlags, targetOf } from './settings.js';
import { type ShipFlags, shipCommand } from './ship.js';
import { type ExportFlags, evaluateStage, exportStage, openExported, openRun } from './stages.js';
import { nextSteps, resultTable } from './summary.js';
import { adviceLines, defaultReached, otherFiles, otherLines, reachedLines } from './target-report.js';
import { type FolderFlags, type TrainedRun, trainStage } from './train-stage.js';

type RunFlags = TrainFlags & FolderFlags & ExportFlags;

/** The flags with all that the command line leaves open: as recorded, as a recipe has it, or as the images are. */
async function completed<F extends RunFlags>(command: Command, flags: F): Promise<F> {
  const target = targetOf(flags);
  if (flags.resume) return withRecorded(command, flags);
  if (flags.recipe !== undefined) return withNamed(command, flags, flags.recipe);
  const open = flags.preset === undefined && flags.architecture === undefined;
  return open || target !== undefined ? withChosen(command, flags) : flags;
}

/** Fewer training images than this are said to be few. */
const FEW_IMAGES = 1000;

/** Network and training as they fit the images, where the command line leaves them open; says why. */
async function withChosen<F extends RunFlags>(command: Command, flags: F): Promise<F> {
  // What the images do not change is refused before they are read.
  recipeOf({ ...flags, context: true }, 0);
  await checkTarget(flags);
  const survey = await surveyImages(flags.data, dataSettings(flags));
  const { flags: chosen, reason } = await chooseFor(flags, survey);
  console.log(`chosen for ${reason}; --preset, --recipe and other flags change it`);
  if (survey.training < FEW_IMAGES && chosen.crop === undefined)
    console.log(
      `${survey.training} training images are few: new images may take more bytes and look worse than these`,
    );
  return withOpen(command, flags, chosen);
}

/**
 * With --resume, what the command line leaves open comes from run.json, so nobody has to repeat it.
 *
 * @throws ConvaeError `NOT_FOUND` where the folder holds no run, `DATA_INVALID` where run.json is not as it was written
 */
async function withRecorded<F extends RunFlags>(command: Command, flags: F): Promise<F> {
  const paths = runPaths(flags.out);
  const recorded = await readRunSettings(paths);
  if (recorded === undefined) {
    throw new ConvaeError(
      'NOT_FOUND',
      `expected a run to resume in ${flags.out} (a folder with run.json), found none`,
    );
  }
  const { settings } = recorded;
  const { learningRate: lr, ...recipe } = recordedRecipe(settings, paths.settings);
  const known = { ...recordedData(settings, paths.settings), ...recipe, lr };
  const resumed = { ...flags, ...leftOpen(command, known) };
  if (flags.recipe !== undefined) return withNamed(command, resumed, flags.recipe);
  const named = ['preset', 'architecture'].some((name) => command.getOptionValueSource(name) === 'cli');
  return { ...resumed, ...(named ? {} : { recordedSpec: settings.architecture }) };
}

/** A named recipe fills in what the command line leaves open. */
const withNamed = <F extends RunFlags>(command: Command, flags: F, name: string): F =>
  withOpen(command, flags, recipeFlags(name));

/** Values for what the command line leaves open; passes that somebody counted stay as they are. */
function withOpen<F extends RunFlags>(command: Command, flags: F, values: Partial<TrainFlags>): F {
  const filled = { ...flags, ...leftOpen(command, values) };
  return command.getOptionValueSource('epochs') === 'cli' ? { ...filled, leastSteps: undefined } : filled;
}

/** Those of the values that the command line does not set. */
const leftOpen = (command: Command, values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([name]) => command.getOptionValueSource(name) !== 'cli'));

/** What a run for rate reached on validation images, beside other codecs, and what would make it better. */
async function sayReached(
  { recipe, dataset, history }: TrainedRun,
  manifest: Manifest,
  evaluations: readonly Evaluation[],
): Promise<void> {
  const reached = defaultReached(manifest);
  if (recipe.rate === null || reached === undefined) return;
  const { validation, train } = dataset;
  const lines = [
    ...reachedLines(recipe.rate.target, reached, manifest.quality ?? 0),
    ...adviceLines(history),
  ];
  console.log(lines.join('\n'));
  // AVIF takes its time.
  const others = await otherFiles(evaluations, validation.count > 0 ? validation : train, reached);
  for (const line of otherLines(others, reached)) console.log(line);
}

async function run(flags: RunFlags, evaluations: readonly Evaluation[]): Promise<void> {
  const trained = await trainStage(flags, flags, evaluations);
  const { parity, manifest } = await exportStage(trained, flags);
  await sayReached(trained, manifest, evaluations);
  console.log('exported; measuring on the test images');
  const { tf, paths, dataset, spec, recipe } = trained;
  const metrics = await evaluateStage({
    tf,
    paths,
    dataset,
    spec,
    recipe: { ...recipe },
    parity,
    evaluations,
  });
  console.log(`\n${resultTable(metrics)}\n\n${nextSteps(trained, metrics)}`);
}

async function trainOnly(flags: RunFlags, evaluations: readonly Evaluation[]): Promise<void> {
  const { paths, stopped, bestEpoch } = await trainStage(flags, flags, evaluations);
  console.log(`ended by ${stopped}; best epoch ${bestEpoch}; checkpoints in ${paths.folder}`);
}

interface ExportCommandFlags extends ExportFlags {
  readonly triton?: string;
}

/** Exports a run; with `--triton` also writes a model repository, out of the bundle where the folder is one. */
async function exportOnly(folder: string, flags: ExportCommandFlags): Promise<void> {
  const isBundle = flags.triton !== undefined && existsSync(join(folder, MANIFEST_FILE));
  if (!isBundle) await exportRun(folder, flags);
  if (flags.triton === undefined) return;
  const models = await writeTritonRepository(isBundle ? folder : runPaths(folder).bundle, flags.triton);
  console.log(`${flags.triton}: ${models.join(', ')}, a model repository for Triton and KServe`);
}

async function exportRun(folder: string, flags: ExportFlags): Promise<void> {
  if (await exportLosslessOnly(folder)) return;
  const opened = await openRun(folder);
  const { parity, manifest } = await exportStage(opened, flags);
  const files = listedFiles(manifest).map(({ file }) => file);
  const worst = Math.max(parity.encoder, parity.decoder).toExponential(1);
  console.log(`${opened.paths.bundle}: ${files.join(', ')}, manifest.json (within ${worst} of tfjs)`);
}

async function evaluateOnly(folder: string, evaluations: readonly Evaluation[]): Promise<void> {
  if (await evaluateLosslessOnly(folder, evaluations)) return;
  const exported = { ...(await openExported(folder)), evaluations };
  console.log(
    `${resultTable(await evaluateStage(exported))}\n\nReport: ${exported.paths.folder}/report.html`,
  );
}

function addTrainingCommands(program: Command, evaluations: readonly Evaluation[]): void {
  const whole = program.command('run').description('train, export and evaluate: the whole way');
  addExportFlags(addFolderFlags(addTrainFlags(addDataFlags(whole)))).action(async (flags: RunFlags) => {
    const lossless = await losslessFlags(whole, flags);
    if (lossless !== undefined) return runLossless(lossless, evaluations);
    return run(await completed(whole, flags), evaluations);
  });
  const train = program.command('train').description('train only');
  addFolderFlags(addTrainFlags(addDataFlags(train))).action(async (flags: RunFlags) => {
    const lossless = await losslessFlags(train, flags);
    if (lossless !== undefined) return trainLosslessOnly(lossless, evaluations);
    return trainOnly(await completed(train, flags), evaluations);
  });
  addExportFlags(
    program
      .command('export')
      .description('export the best weights of a run as a bundle')
      .argument('<folder>', 'folder of the run; with --triton also that of a bundle')
      .option('--triton <dir>', 'write encoder and decoder into a model repository for NVIDIA Triton, too'),
  ).action(exportOnly);
  program
    .command('evaluate')
    .description("measure a run's bundle on the test images and write its report")
    .argument('<folder>', 'folder of the run')
    .action((folder: string) => evaluateOnly(folder, evaluations));
}

interface ConvertFlags {
  readonly output: string;
  readonly name?: string;
  readonly dynamicSize: boolean;
  readonly check: boolean;
}

function convertedText({ output, bytes, nodes, inputs, outputs, check }: ConvertSummary): string {
  const signature = (tensors: ConvertSummary['inputs']): string =>
    tensors.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  const checked =
    check === null
      ? 'not compared with tfjs (--no-check)'
      : `within ${check.maxAbsDifference.toExponential(1)} of tfjs on random inputs`;
  return `${output}: ${nodes} nodes, ${(bytes / 1000).toFixed(1)} kB, ${checked}\n  in   ${signature(inputs)}\n  out  ${signature(outputs)}`;
}

function addToolCommands(program: Command, evaluations: readonly Evaluation[]): void {
  program
    .command('ship')
    .description("copy an evaluated run's bundle, with a model card, into a folder to ship")
    .argument('<folder>', 'folder of the run; with --npm also one that was shipped')
    .requiredOption('-o, --output <dir>', 'folder to write, such as models/mnist-reference')
    .option('--no-images', 'show no images of the data set in the card')
    .option(
      '--npm <name>',
      'write a package for npm publish instead, as NAME or NAME@VERSION: import codec from NAME',
      packageName,
    )
    .option('--license <spdx>', 'with --npm: its license, such as MIT', 'UNLICENSED')
    .option('--decoder-only', 'with --npm: leave the encoder out', false)
    .action((folder: string, flags: ShipFlags) => shipCommand(folder, flags, evaluations));
  program
    .command('convert')
    .description("convert anybody's tfjs Layers model to ONNX")
    .argument('<model.json>', 'tfjs Layers model')
    .requiredOption('-o, --output <file>', 'ONNX file to write')
    .option('--name <name>', 'name of the graph')
    .option('--dynamic-size', 'leave height and width open where the model is fully convolutional', false)
    .option('--no-check', 'skip the comparison of ONNX Runtime with tfjs')
    .action(async (modelJsonPath: string, flags: ConvertFlags) =>
      console.log(convertedText(await convertCommand({ modelJsonPath, ...flags }))),
    );
  program
    .command('setup')
    .description('make the TensorFlow backend loadable')
    .action(async () => {
      const { source, tensorflow } = await ensureBackend({ log: console.log });
      if (source === 'present') console.log(`TensorFlow ${tensorflow} is ready (it was already).`);
    });
}

/** Add every subcommand, those of the evaluations included. */
export function addCommands(program: Command, evaluations: readonly Evaluation[]): void {
  addTrainingCommands(program, evaluations);
  addToolCommands(program, evaluations);
  for (const { addCommand } of evaluations) addCommand(program, evaluations);
}
