import { ConvaeError } from '@convae/runtime/core';
import * as z from 'zod';
import { elements, type ParameterValues } from '../model/parameters.js';
import { parseSpec } from '../model/parse.js';
import type { ArchitectureSpec } from '../model/spec.js';
import { damaged, fromBase64, readCheckpoint, toBase64, writeCheckpoint } from './checkpoint-file.js';
import { type EpochRecord, epochRecordSchema } from './history.js';
import type { AdamState } from './parameter-store.js';
import { type Recipe, readRecipe } from './recipe.js';
import { trainedShapes } from './trained-parameters.js';

/**
 * Most parameters that are trained. Each takes 16 bytes of a checkpoint: itself and two moments of Adam, float32 in
 * base64. The rest of the file, 64 MiB and more, is for the history.
 */
export const MAX_TRAINED_PARAMETERS = 12_000_000;

/**
 * Refuse what no checkpoint can hold, before anything is trained.
 *
 * @throws ConvaeError `LIMIT_EXCEEDED`
 */
export function checkTrainable(spec: ArchitectureSpec, recipe: Pick<Recipe, 'rate'>): void {
  const count = trainedShapes(spec, recipe).reduce((sum, { shape }) => sum + elements(shape), 0);
  if (count <= MAX_TRAINED_PARAMETERS) return;
  const [most, received] = [MAX_TRAINED_PARAMETERS, count].map((n) => n.toLocaleString('en'));
  throw new ConvaeError(
    'LIMIT_EXCEEDED',
    `expected at most ${most} parameters to train, networks and priors together, received ${received}`,
  );
}

/** Everything that training needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly spec: ArchitectureSpec;
  readonly recipe: Recipe;
  readonly position: Position;
  /** log2 of the factor on the recipe's lambdas, where a target is followed; 0 elsewhere. */
  readonly octaves: number;
  readonly parameters: ParameterValues;
  readonly adam: AdamState;
  readonly history: readonly EpochRecord[];
  /** Epoch of the best weights so far, and what they were chosen by (see `objectiveOf`); less is better. */
  readonly best: { readonly epoch: number; readonly objective: number } | null;
}

const count = z.int().min(0);
const finite = z.number();
const arrays = z.array(z.string());
/** Where a run stands: `batch` batches of epoch `epoch` (1-based) are done. */
const position = z.object({
  epoch: z.int().min(1),
  batch: count,
  /** Half the sum of squared errors over the images of this epoch so far. */
  halfSum: finite,
  /** Bits of the images so far under both priors; 0 where rate is not trained. */
  factorizedBits: finite.default(0),
  contextBits: finite.default(0),
  images: count,
  seconds: finite,
});
/** Where a run stands: batches of an epoch done, and sums over them. */
export type Position = Readonly<z.output<typeof position>>;

const best = z.union([
  z.object({ epoch: count, objective: finite }),
  // What the objective was called at first.
  z.object({ epoch: count, mse: finite }).transform(({ epoch, mse }) => ({ epoch, objective: mse })),
]);
const fileSchema = z.object({
  format: z.literal('convae-checkpoint'),
  version: z.literal(1),
  spec: z.unknown(),
  recipe: z.unknown(),
  position,
  octaves: finite.default(0),
  parameters: arrays,
  adam: z.object({ step: count, first: arrays, second: arrays }),
  history: z.array(epochRecordSchema),
  best: z.nullable(best),
});

/**
 * Write a checkpoint, JSON with float32 arrays in base64 behind a line with its SHA-256, through a temporary name.
 *
 * @throws ConvaeError `WRITE_FAILED`, or `LIMIT_EXCEEDED` where it would not be read again
 */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { adam, parameters, ...rest } = checkpoint;
  await writeCheckpoint(path, {
    format: 'convae-checkpoint',
    version: 1,
    ...rest,
    parameters: toBase64(parameters),
    adam: { step: adam.step, first: toBase64(adam.first), second: toBase64(adam.second) },
  });
}

/**
 * Read a checkpoint.
 *
 * @throws ConvaeError `NOT_FOUND`, `LIMIT_EXCEEDED`, `CHECKSUM_MISMATCH` or `DATA_INVALID`
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  return decode(path, await readCheckpoint(path));
}

function decode(path: string, value: unknown): Checkpoint {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error), parsed.error);
  const file = parsed.data;
  const spec = parseSpec(file.spec);
  const recipe = readRecipe(file.recipe, path);
  const shapes = trainedShapes(spec, recipe);
  const floats = (texts: readonly string[]): Float32Array[] => fromBase64(texts, shapes, path);
  return {
    spec,
    recipe,
    position: file.position,
    octaves: file.octaves,
    parameters: floats(file.parameters),
    adam: { step: file.adam.step, first: floats(file.adam.first), second: floats(file.adam.second) },
    history: file.history,
    best: file.best,
  };
}
