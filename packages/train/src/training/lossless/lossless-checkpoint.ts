import * as z from 'zod';
import type { ParameterValues } from '../../model/parameters.js';
import { damaged, fromBase64, readCheckpoint, toBase64, writeCheckpoint } from '../checkpoint-file.js';
import type { AdamState } from '../parameter-store.js';
import { type LosslessRecord, losslessRecordSchema } from './lossless-history.js';
import { type LosslessRecipe, readLosslessRecipe } from './lossless-recipe.js';
import { gridFor, pixelGrid } from './pixel-grid.js';
import { type PixelModel, pixelParameters } from './pixel-network.js';

const size = z.int().min(1);
const count = z.int().min(0);
const sum = z.number();
const arrays = z.array(z.string());

const imageSchema = z.object({ channels: z.literal([1, 3, 4]), height: size, width: size });

/** Images of the trained size. */
export type TrainedImage = Readonly<z.output<typeof imageSchema>>;

const position = z.object({
  epoch: size,
  /** Batches of this epoch that are done. */
  batch: count,
  /** Bits of a value, summed over the images of this epoch so far. */
  bits: sum,
  images: count,
  seconds: sum,
});

/** Where a run stands. */
export type LosslessPosition = Readonly<z.output<typeof position>>;

/** Everything that training needs to go on as if it had never stopped. */
export interface LosslessCheckpoint {
  readonly image: TrainedImage;
  readonly recipe: LosslessRecipe;
  readonly position: LosslessPosition;
  readonly parameters: ParameterValues;
  readonly adam: AdamState;
  readonly history: readonly LosslessRecord[];
  /** Epoch of the best weights so far, and their bits of a value. */
  readonly best: { readonly epoch: number; readonly bits: number } | null;
}

const fileSchema = z.object({
  format: z.literal('convae-lossless-checkpoint'),
  version: z.literal(1),
  image: imageSchema,
  recipe: z.unknown(),
  position,
  parameters: arrays,
  adam: z.object({ step: count, first: arrays, second: arrays }),
  history: z.array(losslessRecordSchema),
  best: z.nullable(z.object({ epoch: count, bits: sum })),
});

/** The network that a recipe trains on images of this size. */
export function modelFor(image: TrainedImage, { network }: LosslessRecipe): PixelModel {
  return { channels: image.channels, network, grid: network.place ? gridFor(image) : pixelGrid(1, 1) };
}

/**
 * Write a checkpoint of a lossless run.
 *
 * @throws ConvaeError `WRITE_FAILED`
 */
export async function saveLossless(path: string, checkpoint: LosslessCheckpoint): Promise<void> {
  const { adam, parameters, ...rest } = checkpoint;
  await writeCheckpoint(path, {
    format: 'convae-lossless-checkpoint',
    version: 1,
    ...rest,
    parameters: toBase64(parameters),
    adam: { step: adam.step, first: toBase64(adam.first), second: toBase64(adam.second) },
  });
}

/**
 * Read a checkpoint of a lossless run.
 *
 * @throws ConvaeError `NOT_FOUND`, `LIMIT_EXCEEDED`, `CHECKSUM_MISMATCH` or `DATA_INVALID`
 */
export async function loadLossless(path: string): Promise<LosslessCheckpoint> {
  const parsed = fileSchema.safeParse(await readCheckpoint(path));
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error), parsed.error);
  const { format, version, ...file } = parsed.data;
  const recipe = readLosslessRecipe(file.recipe, path);
  const shapes = pixelParameters(modelFor(file.image, recipe));
  const floats = (texts: readonly string[]): Float32Array[] => fromBase64(texts, shapes, path);
  const { step, first, second } = file.adam;
  return {
    ...file,
    recipe,
    parameters: floats(file.parameters),
    adam: { step, first: floats(first), second: floats(second) },
  };
}
