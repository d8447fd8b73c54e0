import { IMAGE_CHANNELS, MAX_IMAGE_SIDE } from '@convae/runtime/core';
import * as z from 'zod';
import { FITS } from '../dataset/index.js';
import { checked } from '../files/checked.js';
import { type Recipe, readRecipe, recipeSchema } from '../training/recipe.js';
import type { RunSettings } from '../training/run-folder.js';

type Settings = RunSettings['settings'];

const side = z.int().min(1).max(MAX_IMAGE_SIDE);

const dataSchema = z.object({
  data: z.string(),
  validation: z.number().min(0).exactOptional(),
  limit: z.int().min(1).exactOptional(),
  size: z.object({ height: side, width: side }).exactOptional(),
  channels: z.literal(IMAGE_CHANNELS).exactOptional(),
  fit: z.enum(FITS).exactOptional(),
  crop: side.exactOptional(),
});
const recordedSchema = dataSchema.extend({ backend: z.enum(['tensorflow', 'cpu']).default('tensorflow') });

/** Flags that say which images, as commander delivers them; they are recorded in run.json. */
export type DataFlags = Readonly<z.output<typeof dataSchema>>;

/**
 * Which images run.json recorded, and the backend; nothing else that stands there.
 *
 * @throws ConvaeError `DATA_INVALID` naming the file and the field
 */
export function recordedData(settings: Settings, path: string): z.output<typeof recordedSchema> {
  return checked(recordedSchema, settings, path);
}

const RECIPE_FIELDS = Object.keys(recipeSchema.parse({}));

/**
 * The recipe that run.json recorded.
 *
 * @throws ConvaeError `DATA_INVALID` naming the file and the field
 */
export function recordedRecipe(settings: Settings, path: string): Recipe {
  return readRecipe(Object.fromEntries(RECIPE_FIELDS.map((name) => [name, settings[name]])), path);
}
