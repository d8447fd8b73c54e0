import { ConvaeError, IMAGE_CHANNELS } from '@convae/runtime/core';
import { checked, FITS, jsonOf, PRESET_NAMES, readIfThere, seedSchema } from '@convae/train/kit';
import * as z from 'zod';

/** Largest sweep file that is read, bytes. */
const MAX_FILE_BYTES = 1 << 20;
/** Most values of one axis. */
const MAX_VALUES = 1000;
/** Most networks and recipes that one sweep compares. */
export const MAX_VARIANTS = 10_000;

const fields = z.record(z.string(), z.unknown());
const side = z.int().min(1).max(16384);

const base = z
  .strictObject({
    /** `mnist`, `idx:DIR` or `images:DIR`. */
    data: z.string().min(1).default('mnist'),
    validation: z.number().positive().exactOptional(),
    limit: z.int().min(1).exactOptional(),
    size: z.strictObject({ height: side, width: side }).exactOptional(),
    channels: z.literal(IMAGE_CHANNELS).exactOptional(),
    fit: z.enum(FITS).exactOptional(),
    /** `cpu` is plain JavaScript, for tiny runs only. */
    backend: z.enum(['tensorflow', 'cpu']).default('tensorflow'),
    preset: z.enum(PRESET_NAMES).optional(),
    /** Instead of a preset; its `image` comes from the data. */
    architecture: fields.optional(),
    /** Fields of the recipe, but for its seed. */
    recipe: fields
      .default({})
      .refine((recipe) => !('seed' in recipe), { error: 'expected "seeds" beside "base" instead of a seed' }),
  })
  .refine(({ preset, architecture }) => preset === undefined || architecture === undefined, {
    error: 'expected either "preset" or "architecture", received both',
  })
  .refine(({ fit, size }) => fit === undefined || size !== undefined, {
    error: 'expected "size" beside "fit", received none',
  });

/** A range that random draws come from. */
const range = z
  .strictObject({
    min: z.number(),
    max: z.number(),
    /** `log`: equally likely in every decade. */
    scale: z.enum(['linear', 'log']).default('linear'),
    integer: z.boolean().default(false),
  })
  .refine(({ min, max }) => min < max, { error: 'expected "min" below "max"' })
  .refine(({ min, scale }) => scale === 'linear' || min > 0, {
    error: 'expected "min" above 0 for scale log',
  });

const values = z.array(z.unknown()).min(1).max(MAX_VALUES);
/** Labels, each with the paths that it sets. */
const labelled = z.record(z.string().min(1).max(60), fields);
const axes = <T extends z.ZodType>(axis: T) =>
  z.record(z.string().min(1).max(400), axis).refine((all) => Object.keys(all).length > 0, {
    error: 'expected at least one axis',
  });

/** A sweep file: what is tried, from which start, with which seeds. */
const sweepSchema = z
  .strictObject({
    base: base.prefault({}),
    /** Every combination. A key is a dotted path (or several, with commas between) or the name of labelled choices. */
    grid: axes(z.union([values, labelled])).optional(),
    /** So many draws, all different. */
    random: z
      .strictObject({
        count: z.int().min(1).max(MAX_VARIANTS),
        seed: seedSchema.default(1),
        axes: axes(z.union([values, range, labelled])),
      })
      .optional(),
    /** Of weights, shuffles and noise: each variant is trained once with each. */
    seeds: z
      .array(seedSchema)
      .min(1)
      .max(100)
      .default([1])
      .refine((seeds) => new Set(seeds).size === seeds.length, { error: 'expected every seed once' }),
    /** Networks with more parameters are left out. */
    maxParameters: z.int().min(1).optional(),
  })
  .refine(({ grid, random }) => (grid === undefined) !== (random === undefined), {
    error: 'expected either "grid" or "random"',
  });

/** A checked sweep file with every default filled in. */
export type Sweep = z.output<typeof sweepSchema>;
export type SweepBase = Sweep['base'];
export type Axes = NonNullable<Sweep['random']>['axes'];
export type Axis = Axes[string];
export type Range = z.output<typeof range>;

/**
 * Check a sweep given as plain data.
 *
 * @throws ConvaeError DATA_INVALID naming every field that is not as it should be
 */
export function parseSweep(input: unknown, name: string): Sweep {
  return checked(sweepSchema, input, name);
}

/** Read and check a sweep file. @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, DATA_INVALID. */
export async function readSweep(path: string): Promise<Sweep> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) throw new ConvaeError('NOT_FOUND', `expected a sweep in ${path}, found none`);
  if (bytes.length > MAX_FILE_BYTES)
    throw new ConvaeError('LIMIT_EXCEEDED', `${path}: at most ${MAX_FILE_BYTES} bytes are read`);
  return parseSweep(jsonOf(bytes, path), path);
}
