import type { ImageSurvey } from '../dataset/index.js';
import type { PresetName } from '../model/presets.js';
import { LEAST_STEPS, RATE_RECIPES } from '../training/rate/recipes.js';

/** A network and how it is trained, as flags, and why. */
export interface TrainingChoice {
  readonly flags: {
    readonly preset: PresetName;
    readonly recipe: string;
    readonly crop?: number;
    readonly fit?: 'pad';
    readonly flips: boolean;
    readonly batch: number;
    readonly lr: number;
    readonly schedule: 'cosine';
    readonly epochs: number;
    readonly leastSteps: number;
  };
  /** A line that says what was seen and what follows from it. */
  readonly reason: string;
}

/** Images of one size with sides up to this get small patches, */
const SMALL_SIDE = 40;
/** those up to this large ones, and beyond crops: larger ones take long for few steps. */
const MEDIUM_SIDE = 128;
/** Sides of crops, the best first: a multiple of every patch. */
const CROPS = [64, 48, 32, 24, 16, 8] as const;
/** Pictures that a crop must fit into, of all. */
const FITTING_SHARE = 0.8;
/** The pixels of a batch, about: as many as 100 images of 32×32. */
const BATCH_PIXELS = 100 * 32 * 32;
/** Images in a batch. */
const BATCH = { least: 16, most: 100 } as const;
/** Batches in a pass over a small set, at least. */
const BATCHES_AN_EPOCH = 20;
/** With batches from this on, Adam's larger step. */
const LARGE_BATCH = 50;

/** The side of the crops that pictures of these sizes are trained on; undefined where whole images are. */
export function cropOf({ sizes, canCrop }: ImageSurvey): number | undefined {
  const [first] = sizes;
  const whole = sizes.length === 1 && Math.max(first!.height, first!.width) <= MEDIUM_SIDE;
  if (whole || !canCrop) return undefined;
  const all = sizes.reduce((sum, { count }) => sum + count, 0);
  const fitting = (side: number): number =>
    sizes.reduce((sum, { height, width, count }) => sum + (Math.min(height, width) >= side ? count : 0), 0);
  return CROPS.find((side) => fitting(side) >= FITTING_SHARE * all) ?? CROPS.at(-1);
}

function batchOf(pixels: number, images: number): number {
  const wanted = Math.min(BATCH_PIXELS / pixels, images / BATCHES_AN_EPOCH);
  return Math.round(Math.min(BATCH.most, Math.max(BATCH.least, wanted)));
}

const KINDS: Readonly<Record<number, string>> = { 1: 'grey', 3: 'colour', 4: 'transparent' };

function seen({ sizes, channels, training }: ImageSurvey): string {
  const { height, width } = sizes[0]!;
  const size = sizes.length === 1 ? `of ${height}×${width}` : `of ${sizes.length} sizes`;
  return `${training.toLocaleString('en')} ${KINDS[channels]} images ${size}`;
}

/**
 * The network and its training that fit such images.
 * @param detailed small patches, whatever the size: where large ones lose too much for what is asked.
 */
export function chooseTraining(survey: ImageSurvey, detailed = false): TrainingChoice {
  const crop = cropOf(survey);
  const { height, width } = survey.sizes[0]!;
  const [rows, columns] = crop === undefined ? [height, width] : [crop, crop];
  const large = !detailed && Math.max(rows, columns) > SMALL_SIDE;
  const patch = large ? 8 : 4;
  const batch = batchOf(rows * columns, crop === undefined ? survey.training : Number.POSITIVE_INFINITY);
  const padded = rows % patch !== 0 || columns % patch !== 0;
  const recipe = crop === undefined ? 'rate-texture' : 'rate-photo';
  const how = crop === undefined ? 'a context that knows places' : `random crops of ${crop}×${crop}`;
  return {
    flags: {
      preset: large ? 'patch-8' : 'patch-4',
      recipe,
      ...(crop === undefined ? {} : { crop }),
      ...(padded ? { fit: 'pad' } : {}),
      flips: RATE_RECIPES[recipe]!.recipe.flips ?? false,
      batch,
      lr: batch >= LARGE_BATCH ? 2e-3 : 1e-3,
      schedule: 'cosine',
      epochs: 1,
      leastSteps: LEAST_STEPS,
    },
    reason: `${seen(survey)}: patches of ${patch}×${patch}, ${how}, batches of ${batch}${padded ? ', edges padded' : ''}`,
  };
}
