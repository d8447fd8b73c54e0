import { ConvaeError } from '@convae/runtime/core';
import * as z from 'zod';

/** How a network is trained; the defaults are the reference recipe. */
export const recipeSchema = z.strictObject({
  /** Passes over the training images. */
  epochs: z.int().min(1).max(100_000).default(30),
  /** Images per step. */
  batch: z.int().min(1).max(65_536).default(20),
  /** Adam's step size. */
  learningRate: z.number().positive().max(10).default(1e-3),
  /** Of the initial weights, the shuffles and the noise. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
  /** Standard deviation of Gaussian noise added to the input, pixels 0..1, clipped to 0..1; the target stays clean. */
  noise: z.number().min(0).max(10).default(0),
  /** Stop after so many epochs without a better validation error; 0 never stops early. */
  patience: z.int().min(0).max(100_000).default(0),
});

/** A checked recipe. */
export type Recipe = z.output<typeof recipeSchema>;

/** Recipe fields that may change when a run is resumed: they do not touch the steps already taken. */
export const EXTENDABLE_FIELDS: readonly (keyof Recipe)[] = ['epochs', 'patience'];

/**
 * Check a recipe and fill in the defaults.
 *
 * @throws RangeError naming the field, what was expected and what came
 */
export function parseRecipe(input: unknown): Recipe {
  const parsed = recipeSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const name = issue.path.join('.') || 'recipe';
  const value = issue.path.reduce<unknown>((v, key) => (v as Record<PropertyKey, unknown>)?.[key], input);
  throw new RangeError(`expected a valid ${name}: ${issue.message}, received ${JSON.stringify(value)}`);
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
    (name) => !isExtendable(name) && JSON.stringify(started[name]) !== JSON.stringify(wanted[name]),
  );
  if (differing.length === 0) return;
  const list = differing
    .map((name) => `${name} ${shorten(started[name])} there, ${shorten(wanted[name])} now`)
    .join('; ');
  throw new ConvaeError(
    'DATA_INVALID',
    `${folder} holds a run with other settings (${list}): name another folder with --out, or start it anew with --force`,
  );
}

const isExtendable = (name: string): boolean => (EXTENDABLE_FIELDS as readonly string[]).includes(name);

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
