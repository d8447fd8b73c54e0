import { ConvaeError, UsageError } from '@convae/runtime/core';
import * as z from 'zod';
import { parseSpec } from '../model/parse.js';
import { NOISE_KINDS } from './noise.js';
import { rateSchema } from './rate/rate-spec.js';

const MAX_SEED = 2 ** 31;
/** The number that random draws begin from. */
export const seedSchema = z.int().min(0).max(MAX_SEED);

const fields = z.strictObject({
  /** Passes over the training images. */
  epochs: z.int().min(1).max(100_000).default(30),
  /** Images per step. */
  batch: z.int().min(1).max(65_536).default(20),
  /** Adam's step size. */
  learningRate: z.number().positive().max(10).default(1e-3),
  /** Of the initial weights, the shuffles and the noise. */
  seed: seedSchema.default(1),
  /**
   * Noise of the input, clipped to 0..1; the target stays clean. Gaussian: standard deviation, pixels 0..1. Salt and
   * pepper: share of the pixel values. The validation error is that of images with such noise, too.
   */
  noise: z.number().min(0).max(10).default(0),
  /** Where not null, every image gets a level of its own, uniform in `noiseFrom`..`noise`. */
  noiseFrom: z.number().min(0).nullable().default(null),
  noiseKind: z.enum(NOISE_KINDS).default('gaussian'),
  /** Swaps left and right of about half of the training images, others in each epoch. */
  flips: z.boolean().default(false),
  /** `cosine` rises over the first steps and falls to a hundredth at the end (Loshchilov and Hutter, arXiv:1608.03983). */
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  /** Trains for rate and distortion together; null for the mean squared error alone. */
  rate: z.nullable(rateSchema).default(null),
  /** Stop after so many epochs without a better validation error; 0 never stops early. */
  patience: z.int().min(0).max(100_000).default(0),
});

/** How a network is trained; the defaults are the reference recipe. */
export const recipeSchema = fields
  .refine(({ noise, noiseFrom }) => noiseFrom === null || noiseFrom <= noise, {
    path: ['noiseFrom'],
    error: 'expected at most the highest level, noise',
  })
  .refine(({ noise, noiseKind }) => noiseKind === 'gaussian' || noise <= 1, {
    path: ['noise'],
    error: 'expected a share of at most 1 for salt and pepper',
  });

/** A checked recipe. */
export type Recipe = z.output<typeof recipeSchema>;
/** What {@link parseRecipe} takes: defaults may be left out. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** Recipe fields that may change when a run is resumed: they do not touch the steps already taken. */
const EXTENDABLE_FIELDS: readonly string[] = ['epochs', 'patience'];

/** A schedule over the whole run depends on the number of epochs from the first step on. */
const extendable = ({ schedule, rate }: Readonly<Record<string, unknown>>): readonly string[] =>
  schedule === 'cosine' || (rate ?? null) !== null ? ['patience'] : EXTENDABLE_FIELDS;

/**
 * Check a recipe and fill in the defaults.
 *
 * @throws UsageError naming the field, what was expected and what came
 */
export function parseRecipe(input: unknown): Recipe {
  return parse(input, (problem) => new UsageError(problem));
}

/**
 * The recipe that a file of a run recorded.
 *
 * @throws ConvaeError `DATA_INVALID` naming the file and the field
 */
export function readRecipe(recorded: unknown, path: string): Recipe {
  return parse(recorded, (problem) => new ConvaeError('DATA_INVALID', `${path}: ${problem}`));
}

function parse(input: unknown, refusal: (problem: string) => Error): Recipe {
  const parsed = recipeSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const name = issue.path.join('.') || 'recipe';
  const value = issue.path.reduce<unknown>((v, key) => (v as Record<PropertyKey, unknown>)?.[key], input);
  throw refusal(`expected a valid ${name}: ${issue.message}, received ${JSON.stringify(value)}`);
}

/**
 * Refuse to go on with a run under other settings than those it was started with.
 *
 * @throws ConvaeError `DATA_INVALID` naming each difference
 */
export function checkSameRun(
  started: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  folder: string,
): void {
  const names = [...new Set([...Object.keys(started), ...Object.keys(wanted)])];
  const differing = names.filter(
    (name) => !extendable(started).includes(name) && settingOf(started, name) !== settingOf(wanted, name),
  );
  if (differing.length === 0) return;
  const list = differing
    .map((name) => `${name} ${shorten(started[name])} there, ${shorten(wanted[name])} now`)
    .join('; ');
  const why = differing.includes('epochs') ? ', whose schedule is laid out for its number of epochs' : '';
  throw new ConvaeError(
    'DATA_INVALID',
    `${folder} holds a run with other settings${why} (${list}): name another folder with --out, or remove that run with --force`,
  );
}

const DEFAULTS: Readonly<Record<string, unknown>> = recipeSchema.parse({});

/** Settings with fields of their own, which get the defaults of those that they lack. */
const NESTED: Readonly<Record<string, (value: unknown) => unknown>> = {
  rate: (value) => rateSchema.safeParse(value).data ?? value,
  architecture: parseSpec,
};

/** A setting to compare; runs that were started before there was a field have its default. */
function settingOf(settings: Readonly<Record<string, unknown>>, name: string): string {
  const value = settings[name] ?? DEFAULTS[name] ?? null;
  return JSON.stringify(value === null ? null : (NESTED[name]?.(value) ?? value));
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
