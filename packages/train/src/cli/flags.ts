import { MAX_QUALITIES } from '@convae/runtime/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { FITS } from '../dataset/index.js';
import { PRESET_NAMES } from '../model/presets.js';
import { WEIGHT_STORAGES } from '../model/round-weights.js';
import { LOSSLESS_RECIPE_NAMES } from '../training/lossless/lossless-recipe.js';
import { NOISE_KINDS } from '../training/noise.js';
import { RATE_RECIPE_NAMES } from '../training/rate/recipes.js';
import { MAX_TARGET_BYTES, PSNR_RANGE } from '../training/rate/target.js';
import { recipeSchema } from '../training/recipe.js';
import type { NoiseRange } from './settings.js';

const defaults = recipeSchema.parse({});

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

function integer(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected an integer.');
  return value;
}

/** Weights of distortion, ascending. */
function lambdas(text: string): number[] {
  const values = text.split(',').map(number);
  const valid = values.every((value, i) => value > 0 && (i === 0 || value > values[i - 1]!));
  if (valid && values.length <= MAX_QUALITIES) return values;
  throw new InvalidArgumentError(
    `expected at most ${MAX_QUALITIES} ascending numbers above 0, as in 60,190,600.`,
  );
}

/** A quality to reach, dB. */
function psnr(text: string): number {
  const value = number(text);
  const { least, most } = PSNR_RANGE;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`expected decibels in ${least}..${most}.`);
}

/** Bytes of an image to reach. */
function bytes(text: string): number {
  const value = number(text);
  if (value > 0 && value <= MAX_TARGET_BYTES) return value;
  throw new InvalidArgumentError(`expected a number of bytes above 0, at most ${MAX_TARGET_BYTES}.`);
}

/** `0.5`, or `0.1..0.8`. */
function noise(text: string): NoiseRange {
  const ends = text.split('..').map(number);
  if (ends.length === 1) return { from: null, to: ends[0]! };
  if (ends.length === 2 && ends[0]! <= ends[1]!) return { from: ends[0]!, to: ends[1]! };
  throw new InvalidArgumentError('expected a level, or a range as in 0.1..0.8.');
}

function size(text: string): { height: number; width: number } {
  const match = /^(\d{1,5})(?:[x×](\d{1,5}))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('expected HEIGHTxWIDTH or one number, as in 32x48 or 32.');
  return { height: Number(match[1]), width: Number(match[2] ?? match[1]) };
}

function channels(text: string): number {
  if (!['1', '3', '4'].includes(text))
    throw new InvalidArgumentError('expected 1 (grey), 3 (RGB) or 4 (RGBA).');
  return Number(text);
}

/** Add the flags that say which images. */
export function addDataFlags(command: Command): Command {
  return command
    .option('--data <source>', 'mnist, idx:DIR or images:DIR', 'mnist')
    .option('--validation <n>', 'images kept out of training: a count, or a fraction below 1', number)
    .option('--limit <n>', 'most training images and most test images to use', integer)
    .option('--size <HxW>', 'size that every image gets', size)
    .addOption(new Option('--channels <n>', '1 grey, 3 RGB or 4 RGBA').argParser(channels))
    .addOption(new Option('--fit <how>', 'how to bring images of other sizes to one').choices([...FITS]))
    .option(
      '--crop <side>',
      'train on random crops of pictures of many sizes (images:DIR), for networks that take any size',
      integer,
    );
}

/** Add the flags that decide the network and its training. */
export function addTrainFlags(command: Command): Command {
  return command

    .option('--psnr <dB>', 'train for rate so that validation images have this quality, as 30', psnr)
    .option('--bytes <n>', 'train for rate so that validation images take so many bytes each', bytes)
    .addOption(
      new Option('--preset <name>', 'architecture; chosen by the images where nothing names one').choices([
        ...PRESET_NAMES,
      ]),
    )
    .addOption(
      new Option(
        '--recipe <name>',
        'a network and how it is trained, for rate and distortion or for lossless coding; other flags change it',
      ).choices([...RATE_RECIPE_NAMES, ...LOSSLESS_RECIPE_NAMES]),
    )
    .option(
      '--lambda <list>',
      'train for rate and distortion: weight of the squared error of an image beside its bits, one for each quality of the bundle, as in 60,190,600',
      lambdas,
    )
    .option('--no-context', 'train the factorized prior alone')
    .addOption(
      new Option('--schedule <name>', 'of the step size: constant, or cosine (falls over the run)').choices([
        'constant',
        'cosine',
      ]),
    )
    .option('--architecture <file>', 'architecture from a JSON file instead of a preset')
    .option('--epochs <n>', 'passes over the training images', integer, defaults.epochs)
    .option('-b, --batch <n>', 'images per step', integer, defaults.batch)
    .option('--lr <rate>', "Adam's step size", number, defaults.learningRate)
    .option('--seed <n>', 'of weights, shuffles and noise', integer, defaults.seed)
    .addOption(
      new Option(
        '--noise <level>',
        'noise on the input, the target stays clean: a level (pixels 0..1), or a range as in 0.1..0.8',
      )
        .argParser(noise)
        .default(defaults.noise),
    )
    .addOption(
      new Option(
        '--noise-kind <name>',
        'gaussian (the level is its standard deviation) or salt-and-pepper (the share of the pixels)',
      )
        .choices([...NOISE_KINDS])
        .default(defaults.noiseKind),
    )
    .option(
      '--flips',
      'swap left and right of about half of the training images, others in each epoch',
      false,
    )
    .option('--no-flips', 'not so, where a recipe does')
    .option(
      '--patience <n>',
      'stop after this many epochs without a better validation error; 0 never stops',
      integer,
      defaults.patience,
    )
    .addOption(
      new Option('--backend <name>', 'tensorflow, or cpu: plain JavaScript, for tiny runs only')
        .choices(['tensorflow', 'cpu'])
        .default('tensorflow'),
    );
}

/** Add the flags that say what happens to the run folder. */
export function addFolderFlags(command: Command): Command {
  return command
    .option('--out <dir>', 'folder of the run', 'runs/latest')
    .option('--resume', 'continue the run in that folder, with its own settings', false)
    .option('--force', 'remove the run in that folder and start again', false)
    .option('--tensorboard <dir>', 'also write event files for TensorBoard into this folder');
}

/** Add the flags that say how a bundle is written. */
export function addExportFlags(command: Command): Command {
  return command
    .option('--optimize', 'use the fused form of the decoder where it is measured faster', false)
    .addOption(
      new Option(
        '--weights <type>',
        'how kernels are stored: float32, int8 with a scale for each output channel (the default for rate recipes), or int8-linear: those of linear transforms too',
      ).choices([...WEIGHT_STORAGES]),
    );
}
