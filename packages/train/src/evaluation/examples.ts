import { type Codec, type LatentBatch, sliceBatch } from '@convae/runtime';
import { selectImages } from '../dataset/split.js';
import type { LabelledImages } from '../dataset/types.js';
import { spreadPositions } from '../figures/averages.js';
import { psnrFromMse } from '../figures/psnr.js';
import type { Measurement } from './measure.js';
import { type Tile, tileOf } from './pictures/tile.js';
import type { PickedImage } from './schema.js';

/** Examples of each class in the comparison picture. */
export const EXAMPLES_PER_CLASS = 4;
/** Most columns of the comparison picture. */
export const MAX_EXAMPLE_COLUMNS = 12;
/** Images shown as best and as worst. */
export const EXTREMES = 10;
/** Images whose latents are shown. */
const LATENT_EXAMPLES = 6;

/** One image with what the codec made of it. */
export interface Example extends PickedImage {
  readonly original: Tile;
  readonly reconstruction: Tile;
}

/** An image with its latent. */
export interface LatentExample extends Example {
  readonly latent: LatentBatch;
}

/** The examples of a report. */
export interface Examples {
  /** Rows of the comparison: with labels one column per class; undefined where a class has too few images. */
  readonly grid: readonly (readonly (Example | undefined)[])[];
  /** Ascending MSE. */
  readonly best: readonly Example[];
  /** Descending MSE. */
  readonly worst: readonly Example[];
  readonly latents: readonly LatentExample[];
  /** Whole pictures beside their reconstructions, a PNG file; absent where there are none. */
  readonly pictures?: Uint8Array | undefined;
}

/** The first images of each class, a column per class; without labels images spread over the whole set. */
export function gridPositions({ labels, count }: LabelledImages): (number | undefined)[][] {
  const rows = Array.from({ length: EXAMPLES_PER_CLASS }, (_, row) => row);
  if (labels === undefined) {
    const positions = [...spreadPositions(count, EXAMPLES_PER_CLASS * (MAX_EXAMPLE_COLUMNS - 2))];
    const columns = Math.ceil(positions.length / EXAMPLES_PER_CLASS);
    return rows
      .map((row) => positions.slice(row * columns, (row + 1) * columns))
      .filter((row) => row.length > 0);
  }
  const byClass = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const members = byClass.get(label) ?? [];
    if (members.length < EXAMPLES_PER_CLASS) byClass.set(label, [...members, index]);
  });
  const classes = [...byClass.keys()].sort((a, b) => a - b);
  const shown = Array.from(
    spreadPositions(classes.length, MAX_EXAMPLE_COLUMNS),
    (position) => byClass.get(classes[position]!)!,
  );
  return rows
    .map((row) => shown.map((members) => members[row]))
    .filter((row) => row.some((index) => index !== undefined));
}

/** The first image of each class, not picked by how it came out; without labels images spread over the set. */
export function firstOfClasses(images: LabelledImages): number[] {
  return gridPositions(images)[0]!.filter((index) => index !== undefined);
}

/** Positions of all images, by ascending MSE. */
function byError(mse: Float64Array): number[] {
  return Array.from(mse.keys()).sort((a, b) => mse[a]! - mse[b]! || a - b);
}

/** The positions of the best and of the worst images, at most half of all each. */
export function extremePositions(mse: Float64Array): { best: number[]; worst: number[] } {
  const sorted = byError(mse);
  const shown = Math.min(EXTREMES, Math.ceil(sorted.length / 2));
  return { best: sorted.slice(0, shown), worst: sorted.slice(-shown).reverse() };
}

function figures(index: number, images: LabelledImages, { mse, ssim }: Measurement): PickedImage {
  const label = images.labels?.[index];
  const error = { mse: mse[index]!, psnr: psnrFromMse(mse[index]!), ssim: ssim[index]! };
  return label === undefined ? { index, ...error } : { index, label, ...error };
}

function latentOf(latents: LatentBatch, position: number): LatentBatch {
  const size = latents.data.length / latents.count;
  return { ...latents, count: 1, data: latents.data.subarray(position * size, (position + 1) * size) };
}

/** Runs the chosen images through the codec once more: their pictures were not kept. */
export async function collectExamples(
  codec: Codec,
  images: LabelledImages,
  measurement: Measurement,
): Promise<Examples> {
  const grid = gridPositions(images);
  const { best, worst } = extremePositions(measurement.mse);
  const shown = grid.flat().filter((index) => index !== undefined);
  const positions = [...new Set([...shown, ...best, ...worst])];
  const originals = selectImages(images, positions);
  const { height, width } = images;
  const latents = await codec.embed(originals);
  const reconstructions = await codec.reconstruct(latents, { height, width });
  const example = (index: number): Example => {
    const position = positions.indexOf(index);
    return {
      ...figures(index, images, measurement),
      original: tileOf(sliceBatch(originals, position, position + 1), 0),
      reconstruction: tileOf(reconstructions, position),
    };
  };
  const withLatent = (index: number): LatentExample => ({
    ...example(index),
    latent: latentOf(latents, positions.indexOf(index)),
  });
  const rows = grid.map((row) => row.map((index) => (index === undefined ? undefined : example(index))));
  const firstRow = rows[0]!.filter((entry) => entry !== undefined);
  return {
    grid: rows,
    best: best.map(example),
    worst: worst.map(example),
    latents: Array.from(spreadPositions(firstRow.length, LATENT_EXAMPLES), (place) =>
      withLatent(firstRow[place]!.index),
    ),
  };
}
