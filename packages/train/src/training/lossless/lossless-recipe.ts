import { ConvaeError, UsageError } from '@convae/runtime/core';
import * as z from 'zod';
import { seedSchema } from '../recipe.js';

/** Inputs tell of colours so far away, where colours are copied. */
const LEAST_COPY_RADIUS = 2;

/** The network that gives each pixel value its distribution (FORMAT.md, "Pixel context model"). */
const pixelNetworkSchema = z
  .strictObject({
    /** Causal window: so many rows above and columns to the left and right. */
    radius: z.int().min(1).max(5),
    hidden1: z.int().min(1).max(512),
    hidden2: z.int().min(1).max(512),
    /** Logistic distributions in a value's mixture. */
    components: z.int().min(1).max(8),
    /** Values around that means are counted from in turn: left, above, above on the right, their gradient. */
    bases: z.int().min(1).max(4).default(1),
    /** Whether a place's colour may be copied from around it: for colours that come back exactly, as in drawings. */
    copies: z.boolean().default(false),
    /** Whether it knows the place of a pixel: for images of one size, not for crops of pictures. */
    place: z.boolean().default(true),
  })
  .refine(({ copies, radius }) => !copies || radius >= LEAST_COPY_RADIUS, {
    path: ['radius'],
    error: `expected at least ${LEAST_COPY_RADIUS} where colours are copied`,
  });

/** Sizes of the network that gives each pixel value its distribution. */
export type PixelNetwork = Readonly<z.output<typeof pixelNetworkSchema>>;

/** How a lossless bundle is trained. */
export const losslessRecipeSchema = z.strictObject({
  network: pixelNetworkSchema,
  /** Passes over the training images. */
  epochs: z.int().min(1).max(100_000),
  /** Images per step. */
  batch: z.int().min(1).max(65_536),
  /** Adam's step size. */
  learningRate: z.number().positive().max(10),
  seed: seedSchema.default(1),
  /** Swaps left and right of about half of the training images, others in each epoch. */
  flips: z.boolean().default(false),
  schedule: z.enum(['constant', 'cosine']).default('cosine'),
  /** Stop after so many epochs without fewer bits on validation images; 0 never stops early. */
  patience: z.int().min(0).max(100_000).default(0),
});

/** A checked recipe for a lossless bundle. */
export type LosslessRecipe = Readonly<z.output<typeof losslessRecipeSchema>>;
/** What {@link parseLosslessRecipe} takes: defaults may be left out. */
export type LosslessRecipeInput = z.input<typeof losslessRecipeSchema>;

/** Recipes by their names: the widest network that decodes fast enough, and one that decodes about twice as fast. */
export const LOSSLESS_RECIPES: Readonly<Record<string, LosslessRecipeInput>> = {
  lossless: {
    network: { radius: 4, hidden1: 96, hidden2: 48, components: 5 },
    epochs: 24,
    batch: 64,
    learningRate: 3e-3,
  },
  'lossless-fast': {
    network: { radius: 3, hidden1: 48, hidden2: 24, components: 4 },
    epochs: 20,
    batch: 64,
    learningRate: 4e-3,
  },
};

/** Names of {@link LOSSLESS_RECIPES}. */
export const LOSSLESS_RECIPE_NAMES = Object.keys(LOSSLESS_RECIPES);

/** What a network on colours has of its own: they come back exactly in drawings, and change in steps along gradients. */
const COLOUR = { radius: 2, components: 6, bases: 4, copies: true } as const;

/** The network of a named recipe for images of so many channels. */
export const networkFor = (network: PixelNetwork, channels: number): PixelNetwork =>
  channels === 1 ? network : { ...network, ...COLOUR };

/** Values of a batch, about: larger images make smaller batches. */
const BATCH_VALUES = 64 * 28 * 28;
/** Images in a batch, at least. */
const LEAST_BATCH = 4;
/** Steps below which a small set is passed over more often. */
const LEAST_STEPS = 4000;

/** Images in a batch of a named recipe: fewer where they are larger. */
export function batchFor(wanted: number, valuesPerImage: number): number {
  return Math.max(LEAST_BATCH, Math.min(wanted, Math.round(BATCH_VALUES / valuesPerImage)));
}

/** Passes over so many images that make at least {@link LEAST_STEPS}; never fewer than the recipe's own. */
export function passesFor(epochs: number, batch: number, images: number): number {
  return Math.max(epochs, Math.ceil(LEAST_STEPS / Math.ceil(images / batch)));
}

/**
 * Check a recipe and fill in the defaults.
 *
 * @throws UsageError naming the field
 */
export function parseLosslessRecipe(input: unknown): LosslessRecipe {
  return parse(input, (problem) => new UsageError(problem));
}

/**
 * The recipe that a file of a run recorded.
 *
 * @throws ConvaeError `DATA_INVALID` naming the file and the field
 */
export function readLosslessRecipe(recorded: unknown, path: string): LosslessRecipe {
  return parse(recorded, (problem) => new ConvaeError('DATA_INVALID', `${path}: ${problem}`));
}

function parse(input: unknown, refusal: (problem: string) => Error): LosslessRecipe {
  const parsed = losslessRecipeSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const value = issue.path.reduce<unknown>((v, key) => (v as Record<PropertyKey, unknown>)?.[key], input);
  const name = issue.path.join('.') || 'recipe';
  throw refusal(`expected a valid ${name}: ${issue.message}, received ${JSON.stringify(value)}`);
}
