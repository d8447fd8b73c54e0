import { readFile } from 'node:fs/promises';
import { ConvaeError, type ImageChannels, UsageError } from '@convae/runtime/core';
import { type Dataset, type OpenDatasetOptions, openDataset } from '../dataset/index.js';
import { cannotRead, jsonOf } from '../files/read.js';
import { parseSpec } from '../model/parse.js';
import { presetSpec } from '../model/presets.js';
import type { WeightStorage } from '../model/round-weights.js';
import { traceShapes } from '../model/shapes.js';
import { type ArchitectureSpec, type ImageShape, specSchema } from '../model/spec.js';
import type { NoiseKind, NoiseSettings } from '../training/noise.js';
import { startedRate } from '../training/rate/first-guess.js';
import { DEFAULT_RADIUS } from '../training/rate/rate-spec.js';
import { epochsFor, LEAST_STEPS, RATE_RECIPES } from '../training/rate/recipes.js';
import type { RateTarget } from '../training/rate/target.js';
import { parseRecipe, type Recipe, type RecipeInput } from '../training/recipe.js';
import { readingDisplay } from './progress.js';
import type { DataFlags } from './recorded.js';

type RateInput = NonNullable<RecipeInput['rate']>;

/** Levels of noise, as given on the command line: one, or a range. */
export interface NoiseRange {
  readonly from: number | null;
  readonly to: number;
}

/** Flags that decide the weights of a run. */
export interface TrainFlags extends DataFlags {
  /** Left out where an architecture is read, or recorded. */
  readonly preset?: string;
  readonly architecture?: string;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
  /** As given on the command line; the highest level alone where it comes from run.json. */
  readonly noise: number | NoiseRange;
  /** The lowest level that run.json recorded. */
  readonly noiseFrom?: number | null;
  readonly noiseKind: NoiseKind;
  readonly flips: boolean;
  readonly patience: number;
  readonly schedule?: Recipe['schedule'];
  readonly recipe?: string;
  /** Steps below which a small data set is passed over more often than `epochs`; no flag of its own. */
  readonly leastSteps?: number;
  /** One for each quality. */
  readonly lambda?: number[];
  /** What the quality in the middle is to reach: decibels, or bytes an image. */
  readonly psnr?: number;
  readonly bytes?: number;
  /** False: without a context network. */
  readonly context: boolean;
  /** The rate part of the recipe that run.json recorded, where a run is resumed. */
  readonly rate?: RecipeInput['rate'];
  readonly backend: 'tensorflow' | 'cpu';
  /** The architecture that run.json recorded, where a run is resumed. */
  readonly recordedSpec?: unknown;
}

/**
 * The target that flags ask for.
 *
 * @throws UsageError where they ask for more than one thing
 */
export function targetOf({ psnr, bytes, lambda }: TrainFlags): RateTarget | undefined {
  const named = { '--psnr': psnr, '--bytes': bytes, '--lambda': lambda };
  const given = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.length > 1)
    throw new UsageError(`expected one of --psnr, --bytes and --lambda, received ${given.join(' and ')}`);
  if (psnr !== undefined) return { psnr };
  return bytes === undefined ? undefined : { bytes };
}

/**
 * The rate part of a recipe that flags ask for, beginning from a named recipe's or from that of the resumed run.
 *
 * @throws UsageError where flags belong to training for rate, and nothing says that it is
 */
function rateOf(flags: TrainFlags, context: RateInput['context']): RecipeInput['rate'] {
  const start = flags.recipe === undefined ? flags.rate : RATE_RECIPES[flags.recipe]?.recipe.rate;
  const { lambda: lambdas = start?.lambdas } = flags;
  if (lambdas === undefined) {
    if (flags.context) return null;
    throw new UsageError('expected --lambda or --recipe beside --no-context, received neither');
  }
  const network = (flags.context ? (start ? start.context : context) : null) ?? null;
  return {
    ...start,
    lambdas,
    target: targetOf(flags) ?? (flags.lambda === undefined ? start?.target : null),
    // A crop does not say where it lies in its picture.
    context: network && {
      ...network,
      ...(context?.radius === 0 ? { radius: 0 } : {}),
      ...(flags.crop === undefined ? {} : { place: false }),
    },
  };
}

/** A range on the command line stands for both ends, so that no end of a resumed run is left beside it. */
function noiseOf({ noise, noiseFrom = null, noiseKind }: TrainFlags): NoiseSettings {
  if (typeof noise === 'number') return { noise, noiseFrom, noiseKind };
  return { noise: noise.to, noiseFrom: noise.from, noiseKind };
}

/**
 * The recipe among the flags; a named recipe's fields have already become flags, but for its rate.
 *
 * @param radius of the context network's window where nothing names one
 */
export function recipeOf(flags: TrainFlags, radius: number): Recipe {
  const { epochs, batch, lr: learningRate, seed, flips, patience, schedule } = flags;
  const rate = rateOf(flags, { radius });
  return parseRecipe({
    epochs,
    batch,
    learningRate,
    seed,
    ...noiseOf(flags),
    flips,
    patience,
    rate,
    schedule: schedule ?? (rate === null ? 'constant' : 'cosine'),
  });
}

/** Side of the patches that lambda is guessed from, where the network has none. */
const GUESSED_PATCH = 4;

/**
 * The recipe with passes enough for a small data set, where the flags leave their number to a named recipe, and with
 * lambdas that begin near the target, where no resumed run has begun already.
 */
export function fittedRecipe(
  recipe: Recipe,
  { leastSteps = 0, rate: recorded, recipe: named }: TrainFlags,
  { train }: Dataset,
  { linear }: Pick<ArchitectureSpec, 'linear'>,
): Recipe {
  const epochs = epochsFor(recipe, train.count, leastSteps);
  const begun = recorded !== undefined && named === undefined;
  if (recipe.rate === null || begun) return { ...recipe, epochs };
  return { ...recipe, epochs, rate: startedRate(recipe.rate, train, linear?.patch ?? GUESSED_PATCH) };
}

/**
 * Refuse, before any image is read, a target for a network that is not for rate.
 *
 * @throws UsageError naming the network
 */
export async function checkTarget(flags: TrainFlags): Promise<void> {
  const { preset, architecture, recordedSpec } = flags;
  if (targetOf(flags) === undefined || (preset ?? architecture ?? recordedSpec) === undefined) return;
  const last = (await encoderOf(flags)).at(-1);
  if (last === undefined || last.activation === 'linear') return;
  const network = architecture ?? preset ?? 'the recorded one';
  throw new UsageError(
    `expected a network for rate (patch-4, patch-8, grid-8, …) beside --psnr and --bytes, received ${network}: its latents have a ${last.activation}`,
  );
}

/** The flags that a named recipe stands for. */
export function recipeFlags(name: string): Partial<TrainFlags> & { readonly weights?: WeightStorage } {
  const { preset, crop, weights, recipe } = RATE_RECIPES[name]!;
  const { epochs, batch, learningRate: lr, schedule, flips } = recipe;
  return JSON.parse(
    JSON.stringify({
      preset,
      crop,
      weights,
      epochs,
      batch,
      lr,
      schedule,
      flips,
      leastSteps: LEAST_STEPS,
    }),
  ) as Partial<TrainFlags> & { readonly weights?: WeightStorage };
}

/** Those of the flags that say which images. */
export function dataSettings({ data, validation, limit, size, channels, fit, crop }: DataFlags): DataFlags {
  return { data, validation, limit, size, channels, fit, crop } as DataFlags;
}

/** Open the data set that the flags name; says now and then how far the reading of an image folder is. */
export function datasetOf(
  flags: DataFlags,
  more: Partial<Pick<OpenDatasetOptions, 'multiple' | 'exact'>> = {},
): Promise<Dataset> {
  const { data, ...options } = dataSettings(flags);
  return openDataset(data, { ...options, ...more, onProgress: readingDisplay() });
}

/**
 * The flags with the size that a run was trained on, where images were fitted to a size: opened again, the same
 * pixels come out.
 */
export function fittedTo<F extends DataFlags>(flags: F, { height, width }: ImageShape): F {
  return flags.fit === undefined ? flags : { ...flags, size: { height, width } };
}

/** Read a JSON file with an architecture; its `image` may be left out, the data's shape is used. */
async function readArchitecture(path: string): Promise<Record<string, unknown>> {
  const parsed = jsonOf(await readFile(path).catch(cannotRead(path)), path);
  if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  throw new ConvaeError('DATA_INVALID', `expected a JSON object with an architecture in ${path}`);
}

/** The architecture that the flags name, for images of this shape. */
export async function specOf(flags: TrainFlags, image: ImageShape): Promise<ArchitectureSpec> {
  if (flags.recordedSpec !== undefined) return parseSpec({ ...(flags.recordedSpec as object), image });
  if (flags.architecture === undefined) return presetSpec(flags.preset ?? '', image);
  return parseSpec({ name: 'custom', ...(await readArchitecture(flags.architecture)), image });
}

/** The encoder that the flags name, known before the data are read. */
async function encoderOf(flags: TrainFlags): Promise<ArchitectureSpec['encoder']> {
  if (flags.recordedSpec !== undefined) return parseSpec(flags.recordedSpec).encoder;
  if (flags.architecture === undefined)
    return presetSpec(flags.preset ?? '', { channels: 1, height: 4096, width: 4096 }).encoder;
  return specSchema.partial().safeParse(await readArchitecture(flags.architecture)).data?.encoder ?? [];
}

/** What image sides must be a multiple of, so that `--fit` can round to it. */
export async function multipleOf(flags: TrainFlags): Promise<number> {
  const encoder = await encoderOf(flags);
  return encoder.reduce((m, block) => (block.kind === 'conv' ? m * block.stride * block.pool : m), 1);
}

/** The window of a context network where nothing names one: a vector of latents has no neighbours. */
export async function radiusOf(flags: TrainFlags): Promise<number> {
  return (await encoderOf(flags)).at(-1)?.kind === 'dense' ? 0 : DEFAULT_RADIUS;
}

/**
 * Refuse, before any image is read, crops for a network that takes images of one size.
 *
 * @throws UsageError, or ConvaeError `SHAPE_MISMATCH` naming the nearest sides that fit
 */
export async function checkCrop(flags: TrainFlags): Promise<void> {
  const { crop } = flags;
  if (crop === undefined) return;
  const spec = await specOf(flags, { channels: 1, height: crop, width: crop });
  if (traceShapes(spec).anySize) return;
  throw new UsageError(
    `expected a network that takes any size (patch-8, grid-4, …) beside --crop, received ${spec.name}`,
  );
}

/** The image shape of a data set, as architectures name it. */
export function imageShapeOf({ train }: Dataset): ImageShape {
  const { channels, height, width } = train;
  return { channels: channels as ImageChannels, height, width };
}
