import { UsageError } from '@convae/runtime/core';
import type { Command } from 'commander';
import { surveyImages } from '../../dataset/index.js';
import { checked } from '../../files/checked.js';
import {
  batchFor,
  LOSSLESS_RECIPES,
  type LosslessRecipe,
  losslessRecipeSchema,
  networkFor,
  parseLosslessRecipe,
  passesFor,
} from '../../training/lossless/lossless-recipe.js';
import { type RunSettings, readRunSettings, runPaths } from '../../training/run-folder.js';
import { cropOf } from '../choice.js';
import { type DataFlags, recordedData } from '../recorded.js';
import { dataSettings, type TrainFlags } from '../settings.js';
import type { FolderFlags } from '../train-stage.js';

/** What run.json calls a run for a lossless bundle. */
export const LOSSLESS_KIND = 'lossless';

/** A lossless run that a command line asks for. */
export interface LosslessFlags extends FolderFlags {
  readonly data: DataFlags;
  readonly backend: TrainFlags['backend'];
  /** Before it is fitted to the images, unless a run is resumed. */
  readonly recipe: LosslessRecipe;
  /** What the command line leaves to the images. */
  readonly open: { readonly network: boolean; readonly batch: boolean; readonly epochs: boolean };
}

/** Flags that say nothing of a network on pixel values. */
const FOREIGN = [
  'preset',
  'architecture',
  'lambda',
  'psnr',
  'bytes',
  'context',
  'noise',
  'noiseKind',
  'optimize',
  'weights',
  'tensorboard',
] as const;

const given = (command: Command, name: string): boolean => command.getOptionValueSource(name) === 'cli';

function refuseForeign(command: Command, recipe: string): void {
  const found = FOREIGN.find((name) => given(command, name));
  if (found === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === found)?.long;
  throw new UsageError(
    `expected no ${flag} for a lossless recipe, which trains no autoencoder, received it beside ${recipe}`,
  );
}

/** What run.json records of a lossless run. */
export const isLosslessRun = ({ settings }: Pick<RunSettings, 'settings'>): boolean =>
  settings.kind === LOSSLESS_KIND;

/**
 * The recipe that run.json of a lossless run recorded.
 *
 * @throws ConvaeError `DATA_INVALID` naming the file and the field
 */
export function recordedLossless(settings: RunSettings['settings'], path: string): LosslessRecipe {
  const fields = Object.keys(losslessRecipeSchema.shape);
  return checked(
    losslessRecipeSchema,
    Object.fromEntries(fields.map((name) => [name, settings[name]])),
    path,
  );
}

/** The fields of a recipe that the command line sets. */
function overrides(command: Command, flags: TrainFlags): Partial<LosslessRecipe> {
  const { epochs, batch, lr: learningRate, seed, flips, patience, schedule } = flags;
  const values = { epochs, batch, lr: learningRate, seed, flips, patience, schedule };
  const set = Object.entries(values).filter(([name]) => given(command, name));
  return Object.fromEntries(set.map(([name, value]) => [name === 'lr' ? 'learningRate' : name, value]));
}

/** Pictures of many sizes are trained on as crops. */
async function withCrop(data: DataFlags): Promise<DataFlags> {
  if (data.crop !== undefined) return data;
  const crop = cropOf(await surveyImages(data.data, data));
  return crop === undefined ? data : { ...data, crop };
}

async function resumed(
  command: Command,
  flags: TrainFlags & FolderFlags,
): Promise<LosslessFlags | undefined> {
  const paths = runPaths(flags.out);
  const recorded = await readRunSettings(paths);
  if (recorded === undefined || !isLosslessRun(recorded)) return undefined;
  const recipe = recordedLossless(recorded.settings, paths.settings);
  const { backend, ...data } = recordedData(recorded.settings, paths.settings);
  const changed = parseLosslessRecipe({ ...recipe, ...overrides(command, flags) });
  return { ...flags, data, backend, recipe: changed, open: { network: false, batch: false, epochs: false } };
}

/**
 * The lossless run that a command line asks for, by its recipe or by the run that it resumes; undefined where it asks for
 * another.
 *
 * @throws UsageError where flags of other networks stand beside it
 */
export async function losslessFlags(
  command: Command,
  flags: TrainFlags & FolderFlags,
): Promise<LosslessFlags | undefined> {
  if (flags.resume) {
    const run = await resumed(command, flags);
    if (run !== undefined) refuseForeign(command, '--resume');
    return run;
  }
  const named = flags.recipe === undefined ? undefined : LOSSLESS_RECIPES[flags.recipe];
  if (named === undefined) return undefined;
  refuseForeign(command, `--recipe ${flags.recipe}`);
  const data = await withCrop(dataSettings(flags));
  const cropped = data.crop !== undefined;
  const recipe = parseLosslessRecipe({
    ...named,
    // A crop does not say where it lies in its picture.
    network: { ...named.network, place: !cropped },
    flips: cropped,
    ...overrides(command, flags),
  });
  const open = { network: true, batch: !given(command, 'batch'), epochs: !given(command, 'epochs') };
  return { ...flags, data, recipe, open };
}

/**
 * The recipe with what the images decide: colours have a network of their own, larger images make smaller batches, small sets
 * more passes.
 */
export function fittedToImages(
  { recipe, open }: Pick<LosslessFlags, 'recipe' | 'open'>,
  { count, height, width, channels }: { count: number; height: number; width: number; channels: number },
): LosslessRecipe {
  const batch = open.batch ? batchFor(recipe.batch, height * width * channels) : recipe.batch;
  return {
    ...recipe,
    network: open.network ? networkFor(recipe.network, channels) : recipe.network,
    batch,
    epochs: open.epochs ? passesFor(recipe.epochs, batch, count) : recipe.epochs,
  };
}
